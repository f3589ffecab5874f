//! NAL units inside an access unit: where each lies, and whether decoding can begin there.
//!
//! Reads only the 4-byte length in front of each unit and its header; never a picture. A length
//! that runs past the end stops the walk: what follows cannot be trusted. Next: `access_unit`
//! carries the verdict, the cutter acts on it.

use super::access_unit::{Dependence, VideoCodec};

/// Walks length-prefixed NAL units (ISO/IEC 14496-15, `lengthSizeMinusOne` = 3), headers included.
#[derive(Clone, Debug)]
pub struct NalUnits<'a> {
    rest: &'a [u8],
}

impl<'a> NalUnits<'a> {
    pub const fn of(length_prefixed: &'a [u8]) -> Self {
        Self { rest: length_prefixed }
    }
}

impl<'a> Iterator for NalUnits<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.rest.split_first_chunk::<4>()?;
        let length_bytes = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (unit, rest) = rest.split_at_checked(length_bytes)?;
        self.rest = rest;
        Some(unit)
    }
}

/// What a NAL unit carries, as far as recording cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NalUnitRole {
    /// A slice of a picture at which decoding can begin.
    RandomAccessSlice,
    /// A slice of any other picture.
    DependentSlice,
    /// Sequence, picture or video parameter set.
    ParameterSet,
    /// Everything else: SEI, delimiters, filler.
    Other,
}

impl NalUnitRole {
    /// From the unit's first byte: `nal_unit_type` of ITU-T H.264 table 7-1 or H.265 table 7-1.
    ///
    /// In H.265 every IRAP type, 16 to 21, begins a decodable stretch: BLA, IDR and CRA. An empty
    /// unit is [`Other`](Self::Other).
    pub fn of(codec: VideoCodec, unit: &[u8]) -> Self {
        let Some(&first) = unit.first() else { return Self::Other };
        match codec {
            VideoCodec::H264 => match first & 0x1f {
                5 => Self::RandomAccessSlice,
                1..=4 => Self::DependentSlice,
                7 | 8 | 13 | 15 => Self::ParameterSet,
                _ => Self::Other,
            },
            VideoCodec::H265 => match (first >> 1) & 0x3f {
                16..=21 => Self::RandomAccessSlice,
                0..=15 | 22..=31 => Self::DependentSlice,
                32..=34 => Self::ParameterSet,
                _ => Self::Other,
            },
        }
    }
}

/// Whether decoding can begin at this access unit: its first slice decides, since all slices of an
/// IDR or IRAP picture have such a type (H.264 section 7.4.1.2.4, H.265 section 7.4.2.2). An access
/// unit without any slice is [`Dependence::Dependent`].
pub fn dependence_of(codec: VideoCodec, length_prefixed: &[u8]) -> Dependence {
    let first_slice = NalUnits::of(length_prefixed)
        .map(|unit| NalUnitRole::of(codec, unit))
        .find(|role| matches!(role, NalUnitRole::RandomAccessSlice | NalUnitRole::DependentSlice));
    match first_slice {
        Some(NalUnitRole::RandomAccessSlice) => Dependence::RandomAccess,
        _ => Dependence::Dependent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn access_unit(units: &[&[u8]]) -> Vec<u8> {
        units.iter().flat_map(|unit| (unit.len() as u32).to_be_bytes().into_iter().chain(unit.iter().copied())).collect()
    }

    #[test]
    fn an_idr_behind_an_sei_is_a_key_frame_and_an_sei_alone_is_not() {
        assert_eq!(dependence_of(VideoCodec::H264, &access_unit(&[&[0x06, 5, 1], &[0x65, 1]])), Dependence::RandomAccess);
        assert_eq!(dependence_of(VideoCodec::H264, &access_unit(&[&[0x06, 5, 1], &[0x41, 1]])), Dependence::Dependent);
        assert_eq!(dependence_of(VideoCodec::H264, &access_unit(&[&[0x06, 5, 1]])), Dependence::Dependent);
    }

    #[test]
    fn every_irap_type_of_h265_is_a_key_frame_and_no_other_type_is() {
        for nal_type in 0u8..32 {
            let unit = access_unit(&[&[35 << 1, 1], &[nal_type << 1, 1, 0xaa]]);
            let expected = if (16..=21).contains(&nal_type) { Dependence::RandomAccess } else { Dependence::Dependent };
            assert_eq!(dependence_of(VideoCodec::H265, &unit), expected, "type {nal_type}");
        }
    }

    #[test]
    fn a_length_past_the_end_stops_the_walk() {
        let cut_short = [&access_unit(&[&[0x06, 5]])[..], &[0, 0, 0, 9, 0x65, 1]].concat();
        assert_eq!(NalUnits::of(&cut_short).collect::<Vec<_>>(), [&[0x06, 5]]);
        assert_eq!(dependence_of(VideoCodec::H264, &cut_short), Dependence::Dependent);
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked_without_reading_past_the_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let walked: usize = NalUnits::of(&bytes).map(|unit| unit.len() + 4).sum();
            prop_assert!(walked <= bytes.len());
        }

        #[test]
        fn units_come_back_as_they_were_put(units in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..10)) {
            let borrowed: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
            let joined = access_unit(&borrowed);
            prop_assert_eq!(NalUnits::of(&joined).collect::<Vec<_>>(), borrowed);
        }
    }
}
