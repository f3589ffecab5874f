//! A number and a time in every access unit, so that a test can say which frame was sent when.
//!
//! Carried in an SEI unit of user data (ITU-T H.264 and H.265 annex D, payload type 5) right before
//! the first slice. The values are written as hexadecimal digits: no zero byte, hence no emulation
//! prevention. Decoders ignore it. Next: `pacing` stamps, tests read.

use crate::domain::{
    instant::UtcInstant,
    recording::{
        access_unit::VideoCodec,
        nal_unit::{NalUnitRole, NalUnits},
    },
};

/// `uuid_iso_iec_11578` of the SEI unit.
const UUID: [u8; 16] = *b"holdfast-frameno";
const USER_DATA_UNREGISTERED: u8 = 5;
const DIGITS: usize = 16;
/// `rbsp_trailing_bits`.
const STOP: u8 = 0x80;

/// Which frame it was, and when it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameNumber {
    /// Counts up by one per frame from the simulator's start, through every loop of the clip.
    pub number: u64,
    pub sent: UtcInstant,
}

impl FrameNumber {
    /// The SEI unit behind its 4-byte length.
    pub fn to_length_prefixed_sei(self, codec: VideoCodec) -> Vec<u8> {
        let header: &[u8] = match codec {
            VideoCodec::H264 => &[6],
            VideoCodec::H265 => &[39 << 1, 1],
        };
        let values = format!("{:016x}{:016x}", self.number, self.sent.unix_nanos());
        let payload_bytes = UUID.len() + values.len();
        let mut unit = Vec::with_capacity(4 + header.len() + 3 + payload_bytes);
        unit.extend_from_slice(&[0; 4]);
        unit.extend_from_slice(header);
        unit.extend_from_slice(&[USER_DATA_UNREGISTERED, payload_bytes as u8]);
        unit.extend_from_slice(&UUID);
        unit.extend_from_slice(values.as_bytes());
        unit.push(STOP);
        let length = (unit.len() - 4) as u32;
        unit[..4].copy_from_slice(&length.to_be_bytes());
        unit
    }

    /// The number an access unit (4-byte lengths) carries, if it carries one.
    pub fn find(codec: VideoCodec, access_unit: &[u8]) -> Option<Self> {
        NalUnits::of(access_unit).find_map(|unit| Self::of_sei(codec, unit))
    }

    /// The number in one NAL unit, if it is such an SEI unit.
    pub fn of_sei(codec: VideoCodec, unit: &[u8]) -> Option<Self> {
        let payload = match codec {
            VideoCodec::H264 => unit.strip_prefix(&[6])?,
            VideoCodec::H265 => unit.strip_prefix(&[39 << 1, 1])?,
        };
        let values = payload.strip_prefix(&[USER_DATA_UNREGISTERED, (UUID.len() + 2 * DIGITS) as u8])?.strip_prefix(&UUID)?;
        let digits = |range| std::str::from_utf8(values.get(range)?).ok();
        let number = u64::from_str_radix(digits(0..DIGITS)?, 16).ok()?;
        let sent = i64::from_str_radix(digits(DIGITS..2 * DIGITS)?, 16).ok()?;
        Some(Self { number, sent: UtcInstant::from_unix_nanos(sent) })
    }
}

/// Where the stamp goes: the offset, in bytes, of the first slice's length field.
pub fn offset_of_first_slice(codec: VideoCodec, access_unit: &[u8]) -> usize {
    NalUnits::of(access_unit)
        .take_while(|unit| !matches!(NalUnitRole::of(codec, unit), NalUnitRole::RandomAccessSlice | NalUnitRole::DependentSlice))
        .map(|unit| unit.len() + 4)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_number_comes_back_in_both_codecs(number: u64, sent in 0i64.., h265: bool) {
            let codec = if h265 { VideoCodec::H265 } else { VideoCodec::H264 };
            let stamp = FrameNumber { number, sent: UtcInstant::from_unix_nanos(sent) };
            let sei = stamp.to_length_prefixed_sei(codec);
            prop_assert_eq!(FrameNumber::find(codec, &sei), Some(stamp));
            prop_assert!(!sei[4..].contains(&0), "no zero byte: nothing to escape");
        }
    }

    #[test]
    fn the_stamp_goes_between_parameter_sets_and_slice() {
        let unit = [0, 0, 0, 2, 0x67, 1, 0, 0, 0, 2, 0x65, 9];
        assert_eq!(offset_of_first_slice(VideoCodec::H264, &unit), 6);
    }
}
