//! The retention report of a month on one A4 page: head, verdict, a table of the cameras, the site's
//! events, and what the words mean.
//!
//! However many cameras there are, it stays one page: rows get lower, and what doesn't fit even so is
//! summed in a last one.

use std::num::NonZeroU16;

use krilla::tagging::{Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};

use super::sheet::{Align, Described, HEIGHT_PT, Ink, MARGIN_PT, PaperError, Sheet, Style, WIDTH_PT, Weight, one_page};
use crate::domain::{
    instant::UtcInstant,
    retention::report::{Amount, CameraEvents, CameraMonth, Footage, RetentionReport},
};

const TITLE: Style = Style { weight: Weight::Bold, size_pt: 17.0, ink: Ink::Black };
const HEADING: Style = Style { weight: Weight::Bold, size_pt: 10.0, ink: Ink::Black };
const BODY: Style = Style { weight: Weight::Regular, size_pt: 9.0, ink: Ink::Black };
const NOTE: Style = Style { weight: Weight::Regular, size_pt: 7.0, ink: Ink::Grey };

const ROW_MAX_PT: f32 = 13.0;
const ROW_MIN_PT: f32 = 6.5;
/// Letters of a row, against its height.
const LETTERS_OF_ROW: f32 = 0.64;
/// What lies below the table: events, notes.
const BELOW_TABLE_PT: f32 = 118.0;

struct Column {
    head: [&'static str; 2],
    width_pt: f32,
    align: Align,
}

const fn column(first: &'static str, second: &'static str, width_pt: f32, align: Align) -> Column {
    Column { head: [first, second], width_pt, align }
}

const COLUMNS: [Column; 15] = [
    column("", "Camera", 110.0, Align::Left),
    column("", "Kept for", 72.0, Align::Left),
    column("Recorded", "time", 44.0, Align::Right),
    column("", "size", 44.0, Align::Right),
    column("Expired", "time", 42.0, Align::Right),
    column("", "size", 44.0, Align::Right),
    column("Still kept", "time", 42.0, Align::Right),
    column("", "size", 44.0, Align::Right),
    column("", "Oldest kept", 86.0, Align::Right),
    column("Held", "past due", 42.0, Align::Right),
    column("Holds", "now", 32.0, Align::Right),
    column("", "placed", 36.0, Align::Right),
    column("", "released", 44.0, Align::Right),
    column("Early", "deleted", 40.0, Align::Right),
    column("Over-", "written", 39.0, Align::Right),
];

/// The PDF.
pub fn pdf(report: &RetentionReport) -> Result<Vec<u8>, PaperError> {
    let title = format!("Retention report, {}", report.month.in_words());
    let described = Described { title: format!("{title}, {}", report.site), author: report.controller.clone(), made: report.made };
    one_page(&described, |sheet| {
        let mut page = Page { sheet, report, y_pt: MARGIN_PT, tree: TagTree::new() };
        page.head(&title);
        page.verdict();
        page.cameras();
        page.events();
        page.notes();
        if page.y_pt > HEIGHT_PT - MARGIN_PT / 2.0 { Err(PaperError::TooLong("the report")) } else { Ok(page.tree) }
    })
}

struct Page<'p, 's, 'd> {
    sheet: &'p mut Sheet<'s, 'd>,
    report: &'p RetentionReport,
    /// The base line of what was drawn last.
    y_pt: f32,
    tree: TagTree,
}

impl Page<'_, '_, '_> {
    fn line(&mut self, tag: impl Into<TagKind>, text: &str, style: Style, lead_pt: f32) {
        self.y_pt += lead_pt;
        let drawn = self.sheet.text(MARGIN_PT, self.y_pt, text, style, Align::Left);
        self.tree.push(TagGroup::with_children(tag, vec![drawn.into()]));
    }

    fn paragraph(&mut self, text: &str, style: Style, lead_pt: f32) {
        let lines = self.sheet.faces().wrapped(text, style, WIDTH_PT - 2.0 * MARGIN_PT);
        let mut drawn: Vec<Node> = Vec::new();
        for line in lines {
            self.y_pt += lead_pt;
            drawn.push(self.sheet.text(MARGIN_PT, self.y_pt, &line, style, Align::Left).into());
        }
        self.tree.push(TagGroup::with_children(Tag::P, drawn));
    }

    fn heading(&mut self, text: &str, style: Style, level: NonZeroU16, lead_pt: f32) {
        self.line(Tag::Hn(level, Some(text.to_owned())), text, style, lead_pt);
    }

    fn at(&self, at: UtcInstant) -> String {
        let zone = jiff::tz::TimeZone::get(&self.report.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
        at.to_timestamp().to_zoned_datetime(zone).strftime("%-d %b %Y %H:%M").to_string()
    }

    fn head(&mut self, title: &str) {
        let report = self.report;
        self.heading(title, TITLE, NonZeroU16::MIN, 8.0);
        let controller = if report.controller.is_empty() { "not named in the configuration" } else { report.controller.as_str() };
        let whose = format!("Site: {}.  Controller: {controller}.  Times are the site\u{2019}s: {}.", report.site, report.time_zone);
        self.line(Tag::P, &whose, BODY, 16.0);
        let to_date = if report.made < report.within.to() { "; the month is not over, so its figures are to date" } else { "" };
        self.line(Tag::P, &format!("Made {}{to_date}.", self.at(report.made)), BODY, 12.0);
    }

    fn verdict(&mut self) {
        let proof = &self.report.proof;
        let (word, ink) = if proof.ok { ("Proved", Ink::Black) } else { ("NOT PROVED", Ink::Red) };
        let style = Style { ink, ..HEADING };
        self.heading(&format!("Forgetting: {word}"), style, NonZeroU16::MIN.saturating_add(1), 20.0);
        let figures = format!(
            "The audit log, replayed from its first entry: {} segments recorded, {} there, {} expired. Expired though held: {}. Overdue: {}. \
             Unproven: {}. Keys still to be destroyed: {}. {}",
            proof.recorded,
            proof.live,
            proof.expired,
            proof.held_violations,
            proof.overdue,
            proof.unproven,
            proof.pending,
            sentence(&proof.detail)
        );
        self.paragraph(&figures, BODY, 12.0);
    }

    fn cameras(&mut self) {
        self.heading("Cameras", HEADING, NonZeroU16::MIN.saturating_add(1), 20.0);
        self.y_pt += 4.0;
        let room_pt = HEIGHT_PT - MARGIN_PT - BELOW_TABLE_PT - self.y_pt;
        let (rows, rest) = rows(&self.report.cameras, room_pt);
        let row_pt = (room_pt / (rows.len() + 3) as f32).min(ROW_MAX_PT);
        let style = Style { weight: Weight::Regular, size_pt: row_pt * LETTERS_OF_ROW, ink: Ink::Black };
        let mut table = TagGroup::new(Tag::Table);
        let heads = |line: usize| COLUMNS.iter().map(move |column| column.head[line].to_owned()).collect::<Vec<_>>();
        let mut header = TagGroup::new(Tag::THead);
        header.push(self.row(heads(0), Style { ink: Ink::Grey, ..style }, row_pt, Cells::Heads));
        header.push(self.row(heads(1), Style { weight: Weight::Bold, ..style }, row_pt, Cells::Heads));
        table.push(header);
        self.sheet.rule(self.y_pt + row_pt * 0.3, 0.8);
        let mut body = TagGroup::new(Tag::TBody);
        for camera in rows {
            body.push(self.row(self.cells(camera), style, row_pt, Cells::Camera));
            self.sheet.rule(self.y_pt + row_pt * 0.3, 0.25);
        }
        if rest.len() > 1 {
            let named = format!("and {} more", rest.len());
            body.push(self.row(self.summed(&named, rest), style, row_pt, Cells::Camera));
        }
        let all = self.summed("All", &self.report.cameras);
        body.push(self.row(all, Style { weight: Weight::Bold, ..style }, row_pt, Cells::Camera));
        table.push(body);
        self.tree.push(table);
    }

    fn row(&mut self, cells: Vec<String>, style: Style, row_pt: f32, kind: Cells) -> TagGroup {
        self.y_pt += row_pt;
        let mut row = TagGroup::new(Tag::TR);
        let mut x_pt = MARGIN_PT;
        for (place, (column, cell)) in COLUMNS.iter().zip(cells).enumerate() {
            let at_pt = match column.align {
                Align::Left => x_pt,
                Align::Right => x_pt + column.width_pt,
            };
            let cell = self.sheet.faces().fitted(&cell, style, column.width_pt - 4.0);
            let drawn = self.sheet.text(at_pt, self.y_pt, &cell, style, column.align).into();
            row.push(match (kind, place) {
                (Cells::Heads, _) => TagGroup::with_children(Tag::TH(TableHeaderScope::Column), vec![drawn]),
                (Cells::Camera, 0) => TagGroup::with_children(Tag::TH(TableHeaderScope::Row), vec![drawn]),
                (Cells::Camera, _) => TagGroup::with_children(Tag::TD, vec![drawn]),
            });
            x_pt += column.width_pt;
        }
        row
    }

    fn cells(&self, camera: &CameraMonth) -> Vec<String> {
        let name = match &camera.name {
            Some(name) if name == camera.camera.as_str() => name.clone(),
            Some(name) => format!("{} ({name})", camera.camera),
            None => format!("{} (not configured any more)", camera.camera),
        };
        let promised = match camera.promised_before {
            None => camera.promised.to_string(),
            Some(before) => format!("{} ({before})", camera.promised),
        };
        self.figures(name, promised, &camera.footage, &camera.events, camera.holds_in_force.to_string(), camera.held_past_due_nanos)
    }

    fn summed(&self, named: &str, cameras: &[CameraMonth]) -> Vec<String> {
        let (mut footage, mut events, mut held_nanos) = (Footage::default(), CameraEvents::default(), 0i64);
        for camera in cameras {
            footage.recorded += camera.footage.recorded;
            footage.expired += camera.footage.expired;
            footage.kept += camera.footage.kept;
            footage.oldest = [footage.oldest, camera.footage.oldest].into_iter().flatten().min();
            events.deleted_early += camera.events.deleted_early;
            events.overwritten += camera.events.overwritten;
            held_nanos = held_nanos.saturating_add(camera.held_past_due_nanos);
        }
        let mut cells = self.figures(named.to_owned(), String::new(), &footage, &events, String::new(), held_nanos);
        // A hold may keep several cameras: their sum would count it twice.
        cells[11].clear();
        cells[12].clear();
        cells
    }

    fn figures(
        &self,
        name: String,
        promised: String,
        footage: &Footage,
        events: &CameraEvents,
        holds: String,
        held_nanos: i64,
    ) -> Vec<String> {
        let Footage { recorded, expired, kept, oldest } = footage;
        let amounts = [recorded, expired, kept].into_iter().flat_map(|amount: &Amount| [time(amount.nanos), size(amount.bytes)]);
        let counts = [events.holds_placed, events.holds_released, events.deleted_early, events.overwritten].map(|count| count.to_string());
        let oldest = oldest.map_or_else(|| "\u{2013}".to_owned(), |oldest| self.at(oldest));
        [name, promised].into_iter().chain(amounts).chain([oldest, time(held_nanos), holds]).chain(counts).collect()
    }

    fn events(&mut self) {
        let (events, holds) = (self.report.events, self.report.holds_in_force);
        self.heading("The site", HEADING, NonZeroU16::MIN.saturating_add(1), 22.0);
        let told = format!(
            "Holds and restrictions in force: {holds}. Placed in the month: {}. Released: {}. Early deletions agreed by two people: {}. \
             Expiry refused (clock in doubt, or too much at once): {}. Key generations destroyed: {}.",
            events.holds_placed, events.holds_released, events.deletions_granted, events.expiry_refused, events.generations_destroyed
        );
        self.paragraph(&told, BODY, 12.0);
    }

    fn notes(&mut self) {
        self.y_pt += 6.0;
        let notes = "Kept for: what is recorded now; in brackets, what some older footage was promised. Recorded: segments that began in the month, whatever became of them. Expired: segments whose keys were given up in the \
                     month. Still kept, oldest, holds now: as the report was made. Held past due: what only a hold or restriction keeps. \
                     Early deleted, overwritten (the disk was full): segments that went before their time. Recorded, expired and kept are as in \
                     the catalogue; the rest is counted from the signed audit log.";
        self.paragraph(notes, NOTE, 9.0);
        self.paragraph(&format!("What may be said of footage that expired: {}", self.report.claim), NOTE, 9.0);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cells {
    Heads,
    Camera,
}

/// As many cameras as fit above a row of what is left and one of the sum.
fn rows(cameras: &[CameraMonth], room_pt: f32) -> (&[CameraMonth], &[CameraMonth]) {
    let fit = ((room_pt / ROW_MIN_PT) as usize).saturating_sub(4);
    let shown = if cameras.len() <= fit + 1 { cameras.len() } else { fit };
    cameras.split_at(shown)
}

fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    [&first, letters.as_str(), "."].concat()
}

/// `743.9 h`, `12.5 min`, `9 s`.
fn time(nanos: i64) -> String {
    let seconds = nanos as f64 / 1e9;
    match seconds {
        seconds if seconds >= 3600.0 => format!("{:.1} h", seconds / 3600.0),
        seconds if seconds >= 60.0 => format!("{:.1} min", seconds / 60.0),
        seconds => format!("{seconds:.0} s"),
    }
}

/// `1.4 GB`, in powers of ten.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 1_000_000_000 => format!("{:.1} GB", bytes as f64 / 1e9),
        bytes if bytes >= 1_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        bytes if bytes >= 1000 => format!("{:.1} kB", bytes as f64 / 1e3),
        bytes => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::sheet::Typefaces, *};
    use crate::domain::{
        camera::CameraId,
        instant::Interval,
        retention::{
            period::RetentionPeriod,
            proof::ExpiryProof,
            report::{Month, SiteEvents},
        },
    };

    fn report(cameras: usize) -> RetentionReport {
        let at = UtcInstant::from_unix_seconds;
        let amount = Amount { segments: 44_640, nanos: 2_678_400_000_000_000, bytes: 1_339_200_000_000 };
        let camera = |number: usize| CameraMonth {
            camera: CameraId::new(&format!("camera-{number}")).unwrap(),
            name: Some(format!("Block {number}, M\u{e9}nard Street entrance, \u{645} far too long for its column")),
            promised: RetentionPeriod::from_seconds(31 * 86_400),
            promised_before: Some(RetentionPeriod::from_seconds(90 * 86_400)),
            footage: Footage { recorded: amount, expired: amount, kept: amount, oldest: Some(at(1_790_000_000)) },
            events: CameraEvents { holds_placed: 1, holds_released: 2, deleted_early: 3, overwritten: 4 },
            holds_in_force: 5,
            held_past_due_nanos: 3_600_000_000_000,
        };
        RetentionReport {
            site: "Alder Court".into(),
            controller: String::new(),
            time_zone: "Europe/London".into(),
            month: Month::parse("2026-11").unwrap(),
            within: Interval::new(at(1_793_491_200), at(1_796_083_200)).unwrap(),
            made: at(1_795_000_000),
            cameras: (0..cameras).map(camera).collect(),
            holds_in_force: 5,
            events: SiteEvents::default(),
            proof: ExpiryProof {
                ok: false,
                recorded: 1,
                live: 1,
                expired: 0,
                held_violations: 0,
                overdue: 0,
                unproven: 1,
                pending: 0,
                detail: "segment 0190 expired although hold 0191 kept it, and a good deal more had to be said about that ".repeat(2),
            },
            claim: "Clear (NIST SP 800-88): the secret of a past key generation is overwritten in place.",
        }
    }

    #[test]
    fn a_site_of_any_size_fits_on_its_page() {
        for cameras in [0, 1, 2, 16, 17, 38, 39, 40, 64, 500] {
            let pdf = pdf(&report(cameras)).unwrap_or_else(|error| panic!("{cameras} cameras: {error}"));
            assert!(pdf.starts_with(b"%PDF-1."), "{cameras} cameras");
        }
    }

    #[test]
    fn the_columns_fit_between_the_margins_and_their_heads_in_them() {
        let width_pt: f32 = COLUMNS.iter().map(|column| column.width_pt).sum();
        assert!(width_pt <= WIDTH_PT - 2.0 * MARGIN_PT + 0.2, "{width_pt}");
        let faces = Typefaces::new().unwrap();
        for column in &COLUMNS {
            for (head, weight) in column.head.into_iter().zip([Weight::Regular, Weight::Bold]) {
                let style = Style { weight, size_pt: ROW_MAX_PT * LETTERS_OF_ROW, ink: Ink::Black };
                assert_eq!(faces.fitted(head, style, column.width_pt - 4.0), head);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_summed_and_nothing_is_left_out() {
        let report = report(200);
        for room_pt in [100.0, 300.0, 301.5, 2000.0] {
            let (shown, rest) = rows(&report.cameras, room_pt);
            assert_eq!(shown.len() + rest.len(), 200);
            assert_ne!(rest.len(), 1, "a row for one is that one's row");
        }
    }
}
