//! Exhibit references in the force's own style: whoever produces the exhibits names the first, as `JS/1`,
//! `JS-01` or `ABC/2026/7`, and the rest are counted on from it.
//!
//! Refuses what doesn't end in a number, and anything but letters, digits and the usual separators.

/// Where a bundle's references begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExhibitSeries {
    prefix: String,
    first: u32,
    /// Digits, as `01` has two.
    width: usize,
}

const LETTERS_MAX: usize = 24;
const DIGITS_MAX: usize = 6;

impl ExhibitSeries {
    /// From the first reference.
    pub fn parse(text: &str) -> Result<Self, NotAnExhibit> {
        let text = text.trim();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "/-._ ".contains(letter);
        let prefix = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let digits = &text[prefix.len()..];
        let named = prefix.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && text.chars().all(plain);
        if !named || text.len() > LETTERS_MAX || digits.len() > DIGITS_MAX {
            return Err(NotAnExhibit);
        }
        Ok(Self { prefix: prefix.to_owned(), first: digits.parse().map_err(|_| NotAnExhibit)?, width: digits.len() })
    }

    /// The reference of the exhibit at `place`, from 0.
    pub fn at(&self, place: usize) -> String {
        let number = u64::from(self.first) + place as u64;
        format!("{}{number:0width$}", self.prefix, width = self.width)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no exhibit reference that can be counted on from")]
pub struct NotAnExhibit;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_go_on_in_the_style_they_begin_in() {
        let third = |first: &str| ExhibitSeries::parse(first).unwrap().at(2);
        assert_eq!([third("JS/1"), third("JS-08"), third("ABC/2026/7"), third("jd 099")], ["JS/3", "JS-10", "ABC/2026/9", "jd 101"]);
    }

    #[test]
    fn what_cannot_be_counted_on_from_or_could_be_mistaken_is_refused() {
        for text in ["", "JS/", "7", "/1", "JS/1a", "J\u{fc}/1", "<b>1", "../1", "JS/1234567", "a-name-that-is-far-too-long/1"] {
            assert_eq!(ExhibitSeries::parse(text), Err(NotAnExhibit), "{text}");
        }
    }
}
