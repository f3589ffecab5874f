//! Pages of PDF: text that can be searched and read aloud, ruled tables, A4.
//!
//! What is drawn is tagged as it is drawn (PDF/UA-1, ISO 14289-1), and the library refuses a document
//! that isn't whole in that. The typeface is inside: DejaVu Sans Condensed, cut to the Latin, Greek
//! and Cyrillic letters. A letter it lacks is shown as a question mark. Next: `retention_report`, and `document`
//! for what needs more than one page.

pub mod document;
pub mod retention_report;
mod sheet;

pub use self::sheet::PaperError;
