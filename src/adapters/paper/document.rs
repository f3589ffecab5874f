//! Sets a paper on as many A4 pages as it needs: wrapped text, facts, tables whose heads come
//! again on each page, lines to be written on.
//!
//! First everything gets its place, then the pages are drawn, then the tree of tags is put together from
//! what was drawn.

use std::num::NonZeroU16;

use krilla::tagging::{Identifier, ListNumbering, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};

use super::sheet::{Align, Described, Ink, PaperError, Sheet, Style, Typefaces, Weight, pages};
use crate::domain::export::document::{Block, Paper, Table};

/// Sizes of a paper, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    width_pt: f32,
    height_pt: f32,
    margin_pt: f32,
    title_pt: f32,
    heading_pt: f32,
    body_pt: f32,
    cell_pt: f32,
    foot_pt: f32,
    /// Where a fact's value begins, behind its name.
    fact_pt: f32,
}

/// A4 (ISO 216), in points.
const SHORT_PT: f32 = 595.28;
const LONG_PT: f32 = 841.89;
const GUTTER_PT: f32 = 6.0;
/// So many blocks at the end of a letter belong together.
const LETTER_END: usize = 3;
/// Height of a row to be written on, against the letters' size: two lines of a hand.
const BLANK_LINES: f32 = 3.2;
/// Distance of base lines, against the letters' size.
const LEAD: f32 = 1.35;

impl Look {
    /// Papers of a bundle: much on a page.
    pub const BUNDLE: Self = Self {
        width_pt: SHORT_PT,
        height_pt: LONG_PT,
        margin_pt: 50.0,
        title_pt: 16.0,
        heading_pt: 11.5,
        body_pt: 9.5,
        cell_pt: 7.5,
        foot_pt: 7.5,
        fact_pt: 110.0,
    };
    /// A letter.
    pub const LETTER: Self = Self {
        margin_pt: 64.0,
        title_pt: 17.0,
        heading_pt: 13.0,
        body_pt: 12.0,
        cell_pt: 11.0,
        foot_pt: 9.0,
        fact_pt: 130.0,
        ..Self::BUNDLE
    };
    /// A letter in large print: nothing in it is smaller than 18 points.
    pub const LARGE_LETTER: Self = Self {
        margin_pt: 50.0,
        title_pt: 26.0,
        heading_pt: 21.0,
        body_pt: 18.0,
        cell_pt: 18.0,
        foot_pt: 18.0,
        fact_pt: 190.0,
        ..Self::BUNDLE
    };
    /// Wide tables, on A4 across.
    pub const REGISTER: Self = Self { width_pt: LONG_PT, height_pt: SHORT_PT, margin_pt: 40.0, cell_pt: 8.0, foot_pt: 8.0, ..Self::BUNDLE };

    fn body_width_pt(&self) -> f32 {
        self.width_pt - 2.0 * self.margin_pt
    }

    /// Where the last line of a page may stand.
    fn bottom_pt(&self) -> f32 {
        self.height_pt - 50.0 - 1.4 * self.foot_pt
    }

    const fn title(&self) -> Style {
        Style { weight: Weight::Bold, size_pt: self.title_pt, ink: Ink::Black }
    }

    const fn heading(&self) -> Style {
        Style { weight: Weight::Bold, size_pt: self.heading_pt, ink: Ink::Black }
    }

    const fn body(&self) -> Style {
        Style { weight: Weight::Regular, size_pt: self.body_pt, ink: Ink::Black }
    }

    const fn name(&self) -> Style {
        Style { weight: Weight::Bold, ..self.body() }
    }

    const fn cell(&self) -> Style {
        Style { weight: Weight::Regular, size_pt: self.cell_pt, ink: Ink::Black }
    }

    const fn head(&self) -> Style {
        Style { weight: Weight::Bold, ..self.cell() }
    }

    const fn foot(&self) -> Style {
        Style { weight: Weight::Regular, size_pt: self.foot_pt, ink: Ink::Grey }
    }
}

/// The PDF; the same bytes for the same paper.
pub fn pdf(paper: &Paper, look: &Look) -> Result<Vec<u8>, PaperError> {
    let faces = Typefaces::new()?;
    let mut layout = Layout { faces: &faces, look: *look, pages: vec![Vec::new()], y_pt: look.margin_pt, tree: Vec::new() };
    for block in &paper.head {
        layout.block(block);
    }
    let before_pt = if paper.head.is_empty() { 0.0 } else { look.title_pt };
    layout.run(Tag::Hn(NonZeroU16::MIN, Some(paper.title.clone())), &paper.title, look.title(), before_pt);
    for (number, block) in paper.blocks.iter().enumerate() {
        // A letter's end stays together: nobody signs an empty page.
        if !paper.head.is_empty() && number + LETTER_END == paper.blocks.len() {
            layout.room(7.5 * LEAD * look.body_pt);
        }
        layout.block(block);
    }
    let Layout { pages: laid, tree, .. } = layout;
    let described = Described { title: paper.title.clone(), author: paper.author.clone(), made: paper.made };
    let count = laid.len();
    let draw = |sheet: &mut Sheet<'_, '_>, number: usize, page: &Vec<Mark>| {
        let of = format!(" \u{2013} page {} of {count}", number + 1);
        let title = faces.fitted(&paper.title, look.foot(), look.body_width_pt() - faces.width_pt(&of, look.foot()));
        sheet.footer(look.margin_pt, look.height_pt - 35.0, &[title, of].concat(), look.foot());
        page.iter().filter_map(|mark| mark.draw(sheet)).collect::<Vec<_>>()
    };
    pages(&described, &faces, (look.width_pt, look.height_pt), &laid, draw, |drawn| {
        let mut whole = TagTree::new();
        for branch in tree {
            whole.push(branch.node(drawn));
        }
        whole
    })
}

enum Mark {
    Text { x_pt: f32, y_pt: f32, text: String, style: Style },
    Rule { x_pt: f32, y_pt: f32, width_pt: f32 },
}

impl Mark {
    fn draw(&self, sheet: &mut Sheet<'_, '_>) -> Option<Identifier> {
        match self {
            Self::Text { x_pt, y_pt, text, style } => Some(sheet.text(*x_pt, *y_pt, text, *style, Align::Left)),
            Self::Rule { x_pt, y_pt, width_pt } => {
                sheet.stroke(*x_pt, x_pt + width_pt, *y_pt, 0.4);
                None
            }
        }
    }
}

enum Branch {
    Group(TagKind, Vec<Branch>),
    /// Page, and which of its texts.
    Text(usize, usize),
}

impl Branch {
    fn node(self, drawn: &[Vec<Identifier>]) -> Node {
        match self {
            Self::Group(tag, inside) => TagGroup::with_children(tag, inside.into_iter().map(|branch| branch.node(drawn)).collect()).into(),
            Self::Text(page, text) => drawn[page][text].into(),
        }
    }
}

struct Layout<'f> {
    faces: &'f Typefaces,
    look: Look,
    pages: Vec<Vec<Mark>>,
    /// The base line of what was placed last.
    y_pt: f32,
    tree: Vec<Branch>,
}

impl Layout<'_> {
    fn block(&mut self, block: &Block) {
        let look = self.look;
        match block {
            Block::Heading(text) => {
                // Never the last thing on its page.
                self.room(5.0 * LEAD * look.heading_pt);
                self.run(Tag::Hn(NonZeroU16::MIN.saturating_add(1), Some(text.clone())), text, look.heading(), look.heading_pt);
            }
            Block::Paragraph(text) => self.run(Tag::P, text, look.body(), 0.45 * look.body_pt),
            Block::Lines(lines) => self.short_lines(lines),
            Block::Points(points) => self.points(points),
            Block::Facts(facts) => facts.iter().for_each(|(name, value)| self.fact(name, value)),
            Block::Table(table) => self.table(table, 0),
            Block::Form(table, rows) => self.table(table, *rows),
            Block::Line(text) => {
                self.run(Tag::P, text, look.body(), 1.3 * look.body_pt);
                let after_pt = self.faces.width_pt(text, look.body()) + GUTTER_PT;
                let width_pt = (look.body_width_pt() - after_pt).max(0.0);
                let rule = Mark::Rule { x_pt: look.margin_pt + after_pt, y_pt: self.y_pt + 2.0, width_pt };
                self.page().push(rule);
            }
        }
    }

    fn short_lines(&mut self, lines: &[String]) {
        self.y_pt += self.look.body_pt;
        let mut inside = Vec::new();
        for line in lines.iter().flat_map(|line| self.lines(line, self.look.body(), self.look.body_width_pt())).collect::<Vec<_>>() {
            inside.push(self.next_line(0.0, line, self.look.body()));
        }
        self.tree.push(Branch::Group(Tag::P.into(), inside));
    }

    fn points(&mut self, points: &[String]) {
        let (body, indent_pt) = (self.look.body(), 1.2 * self.look.body_pt);
        let mut items = Vec::new();
        for point in points {
            self.y_pt += 0.25 * body.size_pt;
            let mut inside = Vec::new();
            let mut label = None;
            for line in self.lines(point, body, self.look.body_width_pt() - indent_pt) {
                inside.push(self.next_line(indent_pt, line, body));
                if label.is_none() {
                    label = Some(self.place(self.look.margin_pt, self.y_pt, "\u{2022}".to_owned(), body));
                }
            }
            let label = Branch::Group(Tag::Lbl.into(), label.into_iter().collect());
            items.push(Branch::Group(Tag::LI.into(), vec![label, Branch::Group(Tag::LBody.into(), inside)]));
        }
        self.tree.push(Branch::Group(Tag::L(ListNumbering::Disc).into(), items));
    }

    /// The next line down, on another page where this one is full.
    fn next_line(&mut self, indent_pt: f32, text: String, style: Style) -> Branch {
        self.room(style.size_pt * LEAD);
        self.y_pt += style.size_pt * LEAD;
        self.place(self.look.margin_pt + indent_pt, self.y_pt, text, style)
    }

    fn page(&mut self) -> &mut Vec<Mark> {
        if self.pages.is_empty() {
            self.pages.push(Vec::new());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// Begins a page where there are not so many points left; whether it did.
    fn room(&mut self, needed_pt: f32) -> bool {
        if self.y_pt + needed_pt <= self.look.bottom_pt() {
            return false;
        }
        self.pages.push(Vec::new());
        self.y_pt = self.look.margin_pt;
        true
    }

    fn place(&mut self, x_pt: f32, y_pt: f32, text: String, style: Style) -> Branch {
        let page = self.page();
        let before = page.iter().filter(|mark| matches!(mark, Mark::Text { .. })).count();
        page.push(Mark::Text { x_pt, y_pt, text, style });
        Branch::Text(self.pages.len() - 1, before)
    }

    /// Text over the whole width, after some room.
    fn run(&mut self, tag: impl Into<TagKind>, text: &str, style: Style, before_pt: f32) {
        self.y_pt += before_pt;
        let mut inside = Vec::new();
        for line in self.lines(text, style, self.look.body_width_pt()) {
            inside.push(self.next_line(0.0, line, style));
        }
        self.tree.push(Branch::Group(tag.into(), inside));
    }

    fn fact(&mut self, name: &str, value: &str) {
        let (look, body) = (self.look, self.look.body());
        let lines = self.lines(value, body, look.body_width_pt() - look.fact_pt);
        self.room(body.size_pt * LEAD * lines.len().min(6) as f32);
        let mut inside = Vec::new();
        for (number, line) in lines.into_iter().enumerate() {
            self.room(body.size_pt * LEAD);
            self.y_pt += body.size_pt * LEAD;
            if number == 0 {
                inside.push(self.place(look.margin_pt, self.y_pt, name.to_owned(), look.name()));
            }
            inside.push(self.place(look.margin_pt + look.fact_pt, self.y_pt, line, body));
        }
        self.tree.push(Branch::Group(Tag::P.into(), inside));
    }

    /// A table, and below it so many empty rows.
    fn table(&mut self, table: &Table, blanks: usize) {
        let look = self.look;
        self.y_pt += 4.0;
        let whole = table.shares.iter().sum::<u32>().max(1) as f32;
        let widths: Vec<f32> = table.shares.iter().map(|share| look.body_width_pt() * *share as f32 / whole).collect();
        let heads: Vec<String> = table.heads.iter().map(|head| (*head).to_owned()).collect();
        let mut rows = vec![self.row(&heads, &widths, look.head())];
        for row in &table.rows {
            let lines =
                row.iter().zip(&widths).map(|(cell, width)| self.lines(cell, look.cell(), width - GUTTER_PT).len()).max().unwrap_or(1);
            if self.room(look.cell_pt * LEAD * lines as f32 + 4.0) {
                rows.push(self.row(&heads, &widths, look.head()));
            }
            rows.push(self.row(row, &widths, look.cell()));
        }
        for _ in 0..blanks {
            if self.room(BLANK_LINES * look.body_pt) {
                rows.push(self.row(&heads, &widths, look.head()));
            }
            self.y_pt += BLANK_LINES * look.body_pt;
            self.rule();
        }
        self.tree.push(Branch::Group(Tag::Table.into(), vec![Branch::Group(Tag::TBody.into(), rows)]));
    }

    fn row(&mut self, cells: &[String], widths: &[f32], style: Style) -> Branch {
        let (top_pt, mut lowest_pt, mut x_pt) = (self.y_pt, self.y_pt, self.look.margin_pt);
        let mut row = Vec::new();
        for (cell, width_pt) in cells.iter().zip(widths) {
            let (mut y_pt, mut inside) = (top_pt, Vec::new());
            for line in self.lines(cell, style, width_pt - GUTTER_PT) {
                y_pt += style.size_pt * LEAD;
                inside.push(self.place(x_pt, y_pt, line, style));
            }
            lowest_pt = lowest_pt.max(y_pt);
            x_pt += width_pt;
            row.push(match style.weight {
                Weight::Bold => Branch::Group(Tag::TH(TableHeaderScope::Column).into(), inside),
                Weight::Regular => Branch::Group(Tag::TD.into(), inside),
            });
        }
        self.y_pt = lowest_pt + 3.0;
        self.rule();
        Branch::Group(Tag::TR.into(), row)
    }

    /// Across the page, where the last row ends.
    fn rule(&mut self) {
        let rule = Mark::Rule { x_pt: self.look.margin_pt, y_pt: self.y_pt, width_pt: self.look.body_width_pt() };
        self.page().push(rule);
    }

    /// Lines that fit; a word that is wider than a line, as a hash, is broken.
    fn lines(&self, text: &str, style: Style, room_pt: f32) -> Vec<String> {
        let mut broken = String::new();
        for word in text.split_whitespace() {
            let mut piece = String::new();
            for letter in word.chars() {
                piece.push(letter);
                if self.faces.width_pt(&piece, style) > room_pt {
                    piece.pop();
                    broken.extend([piece.as_str(), " "]);
                    piece = letter.to_string();
                }
            }
            broken.extend([piece.as_str(), " "]);
        }
        let lines = self.faces.wrapped(&broken, style, room_pt);
        if lines.is_empty() { vec!["\u{2013}".to_owned()] } else { lines }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instant::UtcInstant;

    #[test]
    fn a_paper_longer_than_a_page_goes_on_and_keeps_its_hashes_whole() {
        let mut paper = Paper::new("A paper", "Somebody", UtcInstant::from_unix_seconds(1_790_000_000));
        paper.heading("A heading");
        paper.facts(vec![("A name", "value ".repeat(80)), ("Nothing", String::new())]);
        let rows = (0..120).map(|row| vec![row.to_string(), "ab12".repeat(16)]).collect();
        paper.table(&[("Number", 1), ("Hash", 3)], rows, "none");
        paper.line("Signature:");
        let set = pdf(&paper, &Look::BUNDLE).unwrap();
        assert!(set.starts_with(b"%PDF-"));
        let faces = Typefaces::new().unwrap();
        let layout = Layout { faces: &faces, look: Look::BUNDLE, pages: vec![Vec::new()], y_pt: 0.0, tree: Vec::new() };
        let lines = layout.lines(&"ab12".repeat(16), Look::BUNDLE.cell(), 100.0);
        assert!(lines.len() > 1 && lines.concat() == "ab12".repeat(16), "{lines:?}");
        assert!(lines.iter().all(|line| faces.width_pt(line, Look::BUNDLE.cell()) <= 100.0));
    }
}
