//! Reads the size of a picture from its head, and writes pixels of our own as JPEG; decodes nothing.

use image::{ExtendedColorType, ImageResult, codecs::jpeg::JpegEncoder};
use imagesize::{ImageType, blob_size, image_type};

/// Width and height in pixels of a JPEG or PNG, as its head claims them.
pub fn measure(bytes: &[u8]) -> Option<(u32, u32)> {
    if !matches!(image_type(bytes), Ok(ImageType::Jpeg | ImageType::Png)) {
        return None;
    }
    let size = blob_size(bytes).ok()?;
    Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
}

const JPEG_QUALITY: u8 = 85;

/// Pixels as RGB, row by row, as a JPEG without metadata.
pub fn jpeg(width_px: u32, height_px: u32, rgb: &[u8]) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).encode(rgb, width_px, height_px, ExtendedColorType::Rgb8)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_believed_and_nothing_more_is_read() {
        // A PNG of 65535 × 65535 pixels in 33 bytes: signature and IHDR, no picture at all.
        let bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x02\0\0\0\0\0\0\0";
        assert_eq!(measure(bomb), Some((65_535, 65_535)));
        // The frame header of a JPEG behind an application segment.
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\x0b\xb8\x0f\xa0\x03\x01\x22\0\x02\x11\x01\x03\x11\x01";
        assert_eq!(measure(jpeg), Some((4_000, 3_000)));
        for no_picture in [&b""[..], b"%PDF-1.7", b"GIF89a\x01\0\x01\0\0\0\0", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"] {
            assert_eq!(measure(no_picture), None);
        }
    }
}
