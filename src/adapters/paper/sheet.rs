//! One A4 sheet, across, being written: lines of text at a place, rules, and the tree of tags that says what
//! each of them is.

use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    error::KrillaError,
    geom::{PathBuilder, Point},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    outline::Outline,
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TagTree},
    text::{Font, TextDirection},
};

use crate::domain::instant::UtcInstant;

/// A4 across (ISO 216), in points.
pub const WIDTH_PT: f32 = 841.89;
pub const HEIGHT_PT: f32 = 595.28;
pub const MARGIN_PT: f32 = 40.0;

static REGULAR: &[u8] = include_bytes!("fonts/DejaVuSansCondensed.ttf");
static BOLD: &[u8] = include_bytes!("fonts/DejaVuSansCondensed-Bold.ttf");

#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error("the typeface inside the program can't be read")]
    Typeface,
    #[error("the page has no size")]
    Size,
    #[error("{0} doesn't fit on one page")]
    TooLong(&'static str),
    #[error("the PDF was refused: {0:?}")]
    Pdf(KrillaError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// Where a text stands against its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Ink, as grey or as the red of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Black,
    Grey,
    Red,
}

impl Ink {
    fn color(self) -> rgb::Color {
        match self {
            Self::Black => rgb::Color::new(0, 0, 0),
            Self::Grey => rgb::Color::new(85, 85, 85),
            Self::Red => rgb::Color::new(170, 0, 0),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub weight: Weight,
    pub size_pt: f32,
    pub ink: Ink,
}

/// A typeface for drawing and measuring.
struct Face {
    font: Font,
    metrics: ttf_parser::Face<'static>,
}

impl Face {
    fn new(data: &'static [u8]) -> Result<Self, PaperError> {
        let font = Font::new(data.into(), 0).ok_or(PaperError::Typeface)?;
        let metrics = ttf_parser::Face::parse(data, 0).map_err(|_| PaperError::Typeface)?;
        Ok(Self { font, metrics })
    }

    /// Width at a size of one point.
    fn width_em(&self, letter: char) -> f32 {
        let glyph = self.metrics.glyph_index(letter).unwrap_or_default();
        f32::from(self.metrics.glyph_hor_advance(glyph).unwrap_or_default()) / f32::from(self.metrics.units_per_em())
    }
}

/// The letters' shapes and widths.
pub struct Typefaces {
    regular: Face,
    bold: Face,
}

impl Typefaces {
    pub fn new() -> Result<Self, PaperError> {
        Ok(Self { regular: Face::new(REGULAR)?, bold: Face::new(BOLD)? })
    }

    fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    pub fn width_pt(&self, text: &str, style: Style) -> f32 {
        text.chars().map(|letter| self.face(style.weight).width_em(letter)).sum::<f32>() * style.size_pt
    }

    /// The text in letters there are.
    fn printable(&self, text: &str, weight: Weight) -> String {
        let known = |letter: char| self.face(weight).metrics.glyph_index(letter).is_some() && !letter.is_control();
        text.chars().map(|letter| if known(letter) { letter } else { '?' }).collect()
    }

    /// The text, cut with an ellipsis where it is wider than there is room.
    pub fn fitted(&self, text: &str, style: Style, room_pt: f32) -> String {
        if self.width_pt(text, style) <= room_pt {
            return text.to_owned();
        }
        let mut cut: String = text.to_owned();
        while cut.pop().is_some() {
            let shown = format!("{}\u{2026}", cut.trim_end());
            if self.width_pt(&shown, style) <= room_pt {
                return shown;
            }
        }
        String::new()
    }

    /// The text in lines that fit.
    pub fn wrapped(&self, text: &str, style: Style, room_pt: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let longer = lines.last().map(|line| [line, " ", word].concat()).filter(|line| self.width_pt(line, style) <= room_pt);
            match (longer, lines.last_mut()) {
                (Some(longer), Some(line)) => *line = longer,
                _ => lines.push(self.fitted(word, style, room_pt)),
            }
        }
        lines
    }
}

/// What a document says of itself.
pub struct Described {
    pub title: String,
    pub author: String,
    pub made: UtcInstant,
}

/// A sheet while something is drawn on it.
pub struct Sheet<'s, 'd> {
    surface: &'s mut Surface<'d>,
    faces: &'s Typefaces,
}

impl Sheet<'_, '_> {
    pub fn faces(&self) -> &Typefaces {
        self.faces
    }

    /// Draws a line of text whose base line is `y_pt` below the upper edge, and returns it for the tree.
    pub fn text(&mut self, x_pt: f32, y_pt: f32, text: &str, style: Style, align: Align) -> Identifier {
        let text = self.faces.printable(text, style.weight);
        let x_pt = match align {
            Align::Left => x_pt,
            Align::Right => x_pt - self.faces.width_pt(&text, style),
        };
        self.surface.set_fill(Some(Fill { paint: style.ink.color().into(), opacity: NormalizedF32::ONE, ..Fill::default() }));
        self.surface.set_stroke(None);
        let drawn = self.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        let font = self.faces.face(style.weight).font.clone();
        // A cell's text ends with a space, so that cells don't run into one another when copied.
        self.surface.draw_text(Point::from_xy(x_pt, y_pt), font, style.size_pt, &[&text, " "].concat(), false, TextDirection::LeftToRight);
        self.surface.end_tagged();
        drawn
    }

    /// A line across the page's body; no part of what is read aloud.
    pub fn rule(&mut self, y_pt: f32, width_pt: f32) {
        self.stroke(MARGIN_PT, WIDTH_PT - MARGIN_PT, y_pt, width_pt);
    }

    /// Text below the body; no part of what is read aloud either.
    pub fn footer(&mut self, x_pt: f32, y_pt: f32, text: &str, style: Style) {
        let text = self.faces.printable(text, style.weight);
        self.surface.set_fill(Some(Fill { paint: style.ink.color().into(), opacity: NormalizedF32::ONE, ..Fill::default() }));
        self.surface.set_stroke(None);
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
        let font = self.faces.face(style.weight).font.clone();
        self.surface.draw_text(Point::from_xy(x_pt, y_pt), font, style.size_pt, &text, false, TextDirection::LeftToRight);
        self.surface.end_tagged();
    }

    /// A level line between two places; no part of what is read aloud.
    pub fn stroke(&mut self, from_x_pt: f32, to_x_pt: f32, y_pt: f32, width_pt: f32) {
        let mut line = PathBuilder::new();
        line.move_to(from_x_pt, y_pt);
        line.line_to(to_x_pt, y_pt);
        let Some(line) = line.finish() else { return };
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke { paint: rgb::Color::new(120, 120, 120).into(), width: width_pt, ..Stroke::default() }));
        self.surface.draw_path(&line);
        self.surface.end_tagged();
    }
}

/// Makes a document of one sheet, drawn and tagged by `draw`.
pub fn one_page(
    described: &Described,
    draw: impl FnOnce(&mut Sheet<'_, '_>) -> Result<TagTree, PaperError>,
) -> Result<Vec<u8>, PaperError> {
    let mut document = accessible()?;
    let faces = Typefaces::new()?;
    let mut page = document.start_page_with(PageSettings::from_wh(WIDTH_PT, HEIGHT_PT).ok_or(PaperError::Size)?);
    let mut surface = page.surface();
    let tree = draw(&mut Sheet { surface: &mut surface, faces: &faces })?;
    surface.finish();
    page.finish();
    finish(document, described, tree)
}

/// Makes a document of pages laid out before: each drawn, then tagged from what all of them drew.
pub fn pages<P, D>(
    described: &Described,
    faces: &Typefaces,
    (width_pt, height_pt): (f32, f32),
    pages: &[P],
    draw: impl Fn(&mut Sheet<'_, '_>, usize, &P) -> D,
    tree: impl FnOnce(&[D]) -> TagTree,
) -> Result<Vec<u8>, PaperError> {
    let mut document = accessible()?;
    let mut drawn = Vec::new();
    for (number, laid) in pages.iter().enumerate() {
        let mut page = document.start_page_with(PageSettings::from_wh(width_pt, height_pt).ok_or(PaperError::Size)?);
        let mut surface = page.surface();
        drawn.push(draw(&mut Sheet { surface: &mut surface, faces }, number, laid));
        surface.finish();
        page.finish();
    }
    let tree = tree(&drawn);
    finish(document, described, tree)
}

fn accessible() -> Result<Document, PaperError> {
    let configuration =
        ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish().map_err(|_| PaperError::Size)?;
    Ok(Document::new_with(SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() }))
}

fn finish(mut document: Document, described: &Described, tree: TagTree) -> Result<Vec<u8>, PaperError> {
    let made = described.made.to_timestamp().to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let small = |number: i8| u8::try_from(number).unwrap_or_default();
    let date = DateTime::new(u16::try_from(made.year()).unwrap_or_default())
        .month(small(made.month()))
        .day(small(made.day()))
        .hour(small(made.hour()))
        .minute(small(made.minute()))
        .second(small(made.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    let metadata = Metadata::new()
        .title(described.title.clone())
        .authors(vec![described.author.clone()])
        .creator("Holdfast".into())
        .language("en-GB".into())
        .creation_date(date);
    document.set_metadata(metadata);
    document.set_outline(Outline::new());
    document.set_tag_tree(tree.with_lang(Some("en-GB".into())));
    document.finish().map_err(PaperError::Pdf)
}
