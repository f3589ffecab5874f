//! A paper as headings, paragraphs, facts and tables: set as PDF for the file and as HTML for those who
//! have it read to them, both from the same words.
//!
//! Next: `report` and `statement` write those of a bundle, `domain::letter` one to whoever asked,
//! `adapters::paper` sets it.

use crate::domain::instant::UtcInstant;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    pub title: String,
    pub author: String,
    pub made: UtcInstant,
    /// What stands above the title: a letter's sender, addressee and date.
    pub head: Vec<Block>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Heading(String),
    Paragraph(String),
    /// Short lines that belong together, as an address.
    Lines(Vec<String>),
    Points(Vec<String>),
    /// Name and value, one a line.
    Facts(Vec<(String, String)>),
    Table(Table),
    /// To be filled in by hand.
    Line(String),
    /// A table of so many rows to be filled in by hand; it has none of its own.
    Form(Table, usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub heads: Vec<&'static str>,
    /// Shares of the width, as many as heads.
    pub shares: Vec<u32>,
    pub rows: Vec<Vec<String>>,
}

impl Paper {
    pub fn new(title: impl Into<String>, author: impl Into<String>, made: UtcInstant) -> Self {
        Self { title: title.into(), author: author.into(), made, head: Vec::new(), blocks: Vec::new() }
    }

    pub fn heading(&mut self, text: &str) {
        self.blocks.push(Block::Heading(text.to_owned()));
    }

    pub fn paragraph(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    /// Points of a list, or nothing where there are none.
    pub fn points(&mut self, points: Vec<String>) {
        if !points.is_empty() {
            self.blocks.push(Block::Points(points));
        }
    }

    pub fn facts(&mut self, facts: Vec<(&str, String)>) {
        self.blocks.push(Block::Facts(facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()));
    }

    pub fn line(&mut self, text: &str) {
        self.blocks.push(Block::Line(text.to_owned()));
    }

    /// A table, or the sentence that says there is nothing to put into one.
    pub fn table(&mut self, columns: &[(&'static str, u32)], rows: Vec<Vec<String>>, none: &str) {
        if rows.is_empty() {
            return self.paragraph(none);
        }
        let (heads, shares) = columns.iter().copied().unzip();
        self.blocks.push(Block::Table(Table { heads, shares, rows }));
    }

    /// So many rows for whoever writes by hand.
    pub fn form(&mut self, columns: &[(&'static str, u32)], rows: usize) {
        let (heads, shares) = columns.iter().copied().unzip();
        self.blocks.push(Block::Form(Table { heads, shares, rows: Vec::new() }, rows));
    }

    /// One HTML page without script, style sheet or picture from anywhere.
    pub fn html(&self) -> String {
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{0}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
            escaped(&self.title)
        );
        for block in &self.head {
            page.push_str(&block.html());
        }
        page.push_str(&format!("<h1>{}</h1>\n", escaped(&self.title)));
        for block in &self.blocks {
            page.push_str(&block.html());
        }
        page + "</main>\n</body>\n</html>\n"
    }
}

const STYLE: &str = "body{font:1rem/1.5 system-ui,Arial,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}\
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #999;padding:.3rem .5rem;text-align:left;vertical-align:top;\
overflow-wrap:anywhere}dt{font-weight:bold}dd{margin:0 0 .5rem;overflow-wrap:anywhere}.line{border-bottom:1px solid #111;padding-top:1.5rem}";

impl Block {
    fn html(&self) -> String {
        match self {
            Self::Heading(text) => format!("<h2>{}</h2>\n", escaped(text)),
            Self::Paragraph(text) => format!("<p>{}</p>\n", escaped(text)),
            Self::Lines(lines) => format!("<p>{}</p>\n", lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>\n")),
            Self::Points(points) => {
                let points: String = points.iter().map(|point| format!("<li>{}</li>\n", escaped(point))).collect();
                format!("<ul>\n{points}</ul>\n")
            }
            Self::Line(text) => format!("<p class=\"line\">{}</p>\n", escaped(text)),
            Self::Facts(facts) => {
                let facts: String =
                    facts.iter().map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value))).collect();
                format!("<dl>\n{facts}</dl>\n")
            }
            Self::Table(table) => table.html(),
            Self::Form(table, rows) => Table { rows: vec![vec!["\u{a0}".to_owned(); table.heads.len()]; *rows], ..table.clone() }.html(),
        }
    }
}

impl Table {
    fn html(&self) -> String {
        let heads: String = self.heads.iter().map(|head| format!("<th scope=\"col\">{}</th>", escaped(head))).collect();
        let row = |row: &Vec<String>| {
            let cells: String = row.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
            format!("<tr>{cells}</tr>\n")
        };
        let rows: String = self.rows.iter().map(row).collect();
        format!("<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n")
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_typed_stays_text() {
        let mut paper = Paper::new("<i>", "", UtcInstant::from_unix_seconds(0));
        paper.table(&[("A", 1)], vec![vec!["</td><script>\"&".into()]], "");
        let page = paper.html();
        assert!(page.contains("<td>&lt;/td&gt;&lt;script&gt;&quot;&amp;</td>") && page.contains("<h1>&lt;i&gt;</h1>"));
    }
}
