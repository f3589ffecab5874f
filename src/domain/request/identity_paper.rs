//! What may be sent as proof of who asks: a photograph or a PDF, known by its bytes and never by its name.
//!
//! Refuses anything else, what is too large, and a picture whose head claims more than anybody can
//! mean: that is decided before a single pixel is decoded. Next: `jobs::case::papers` keeps it sealed.

/// Bytes of one paper at most.
pub const PAPER_BYTES_MAX: usize = 10 << 20;
/// Pixels of a picture at most: 25 megapixels.
pub const PIXELS_MAX: u64 = 25_000_000;
/// Papers kept at a time for one request.
pub const PAPERS_MAX: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperContent {
    Jpeg,
    Png,
    Pdf,
}

impl PaperContent {
    /// As stored, and as part of the JSON contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::Pdf].into_iter().find(|content| content.name() == name)
    }

    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// By the first bytes.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        }
    }
}

/// Why a file is not taken. The words are for whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPaper {
    #[error("Choose a file")]
    Empty,
    #[error("The file must be a JPEG, a PNG or a PDF, like a photograph that you take of the paper")]
    Kind,
    #[error("The file must be smaller than 10 MB; take the photograph with a lower quality")]
    Large,
    #[error("The picture must have fewer than 25 megapixels; take it with a lower quality")]
    Pixels,
    #[error("The picture can’t be read; take it again, or send a PDF")]
    Unreadable,
}

/// A paper that may be kept: a key to the locker.
#[derive(Clone, Copy)]
pub struct Paper<'a> {
    bytes: &'a [u8],
    content: PaperContent,
}

impl<'a> Paper<'a> {
    /// `measure` reads width and height from a picture's head, and decodes nothing.
    pub fn check(bytes: &'a [u8], measure: impl FnOnce(&[u8]) -> Option<(u32, u32)>) -> Result<Self, NotAPaper> {
        if bytes.is_empty() {
            return Err(NotAPaper::Empty);
        }
        if bytes.len() > PAPER_BYTES_MAX {
            return Err(NotAPaper::Large);
        }
        let content = PaperContent::of(bytes).ok_or(NotAPaper::Kind)?;
        if content != PaperContent::Pdf {
            let (width, height) = measure(bytes).filter(|(width, height)| *width > 0 && *height > 0).ok_or(NotAPaper::Unreadable)?;
            if u64::from(width) * u64::from(height) > PIXELS_MAX {
                return Err(NotAPaper::Pixels);
            }
        }
        Ok(Self { bytes, content })
    }

    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub const fn content(&self) -> PaperContent {
        self.content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

    fn checked(bytes: &[u8], size: Option<(u32, u32)>) -> Result<PaperContent, NotAPaper> {
        Paper::check(bytes, |_| size).map(|paper| paper.content())
    }

    #[test]
    fn what_a_file_is_stands_in_its_bytes() {
        assert_eq!(checked(b"\xff\xd8\xff\xe0", Some((4000, 3000))), Ok(PaperContent::Jpeg));
        assert_eq!(checked(PNG, Some((5000, 5000))), Ok(PaperContent::Png));
        assert_eq!(checked(b"%PDF-1.7", None), Ok(PaperContent::Pdf));
        for other in [&b"<svg onload=alert(1)>"[..], b"PK\x03\x04", b"GIF89a", b"MZ", b" %PDF-1.7", b"\xff\xd8"] {
            assert_eq!(checked(other, Some((1, 1))), Err(NotAPaper::Kind));
        }
    }

    #[test]
    fn too_many_bytes_or_pixels_are_refused_before_anything_is_decoded() {
        assert_eq!(checked(PNG, Some((5001, 5000))), Err(NotAPaper::Pixels));
        assert_eq!(checked(PNG, Some((u32::MAX, u32::MAX))), Err(NotAPaper::Pixels));
        assert_eq!(checked(PNG, Some((0, 5))), Err(NotAPaper::Unreadable));
        assert_eq!(checked(PNG, None), Err(NotAPaper::Unreadable));
        assert_eq!(checked(b"", None), Err(NotAPaper::Empty));
        let mut large = PNG.to_vec();
        large.resize(PAPER_BYTES_MAX + 1, 0);
        let measured = std::cell::Cell::new(false);
        let outcome = Paper::check(&large, |_| {
            measured.set(true);
            Some((1, 1))
        });
        assert!(outcome.is_err_and(|why| why == NotAPaper::Large) && !measured.get());
    }
}
