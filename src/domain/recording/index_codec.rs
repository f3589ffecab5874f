//! The bytes of a [`SegmentIndex`]: fixed-width, big-endian, versioned; sealed like everything else.
//!
//! Refuses trailing bytes and counts that the bytes can't hold, so that a hostile length never
//! turns into memory.

use super::{
    access_unit::Dependence,
    index::{FragmentEntry, FragmentHash, Sample, SegmentIndex},
};

const VERSION: u8 = 1;

impl SegmentIndex {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out =
            Vec::with_capacity(64 + self.fragments.len() * 80 + self.fragments.iter().map(|f| f.samples.len() * 13).sum::<usize>());
        out.push(VERSION);
        out.extend_from_slice(&(self.fragments.len() as u32).to_be_bytes());
        for fragment in &self.fragments {
            out.extend_from_slice(&fragment.first_record.to_be_bytes());
            out.extend_from_slice(&fragment.records.to_be_bytes());
            out.extend_from_slice(&fragment.file_offset.to_be_bytes());
            out.extend_from_slice(&fragment.bytes.to_be_bytes());
            out.extend_from_slice(&fragment.payload_offset.to_be_bytes());
            out.extend_from_slice(&fragment.start_ticks.to_be_bytes());
            out.extend_from_slice(&fragment.hash.0);
            out.extend_from_slice(&(fragment.samples.len() as u32).to_be_bytes());
            for sample in &fragment.samples {
                out.extend_from_slice(&sample.size_bytes.to_be_bytes());
                out.extend_from_slice(&sample.duration_ticks.to_be_bytes());
                out.extend_from_slice(&sample.composition_offset_ticks.to_be_bytes());
                out.push(u8::from(sample.dependence == Dependence::RandomAccess));
            }
        }
        out.extend_from_slice(&(self.activity.len() as u32).to_be_bytes());
        out.extend_from_slice(&self.activity);
        match self.camera_clock_offset_nanos {
            None => out.push(0),
            Some(nanos) => {
                out.push(1);
                out.extend_from_slice(&nanos.to_be_bytes());
            }
        }
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAnIndex> {
        let mut rest = Rest(bytes);
        if rest.array::<1>()? != [VERSION] {
            return Err(NotAnIndex);
        }
        let count = u32::from_be_bytes(rest.array()?) as usize;
        let mut fragments = Vec::with_capacity(count.min(bytes.len() / 72));
        for _ in 0..count {
            let first_record = u64::from_be_bytes(rest.array()?);
            let records = u32::from_be_bytes(rest.array()?);
            let file_offset = u64::from_be_bytes(rest.array()?);
            let length = u32::from_be_bytes(rest.array()?);
            let payload_offset = u32::from_be_bytes(rest.array()?);
            let start_ticks = i64::from_be_bytes(rest.array()?);
            let hash = FragmentHash(rest.array()?);
            let sample_count = u32::from_be_bytes(rest.array()?) as usize;
            let mut samples = Vec::with_capacity(sample_count.min(bytes.len() / 13));
            for _ in 0..sample_count {
                samples.push(Sample {
                    size_bytes: u32::from_be_bytes(rest.array()?),
                    duration_ticks: u32::from_be_bytes(rest.array()?),
                    composition_offset_ticks: i32::from_be_bytes(rest.array()?),
                    dependence: match rest.array::<1>()? {
                        [1] => Dependence::RandomAccess,
                        [0] => Dependence::Dependent,
                        _ => return Err(NotAnIndex),
                    },
                });
            }
            fragments.push(FragmentEntry { first_record, records, file_offset, bytes: length, payload_offset, start_ticks, samples, hash });
        }
        let activity_len = u32::from_be_bytes(rest.array()?) as usize;
        let activity = rest.take(activity_len)?.to_vec();
        let camera_clock_offset_nanos = match rest.array::<1>()? {
            [0] => None,
            [1] => Some(i64::from_be_bytes(rest.array()?)),
            _ => return Err(NotAnIndex),
        };
        if rest.0.is_empty() { Ok(Self { fragments, activity, camera_clock_offset_nanos }) } else { Err(NotAnIndex) }
    }
}

/// Bytes that are no index of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the segment's index is not of this version or is cut off")]
pub struct NotAnIndex;

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], NotAnIndex> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(NotAnIndex)?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], NotAnIndex> {
        self.take(N)?.try_into().map_err(|_| NotAnIndex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> impl Strategy<Value = Sample> {
        (any::<u32>(), any::<u32>(), any::<i32>(), any::<bool>()).prop_map(|(size_bytes, duration_ticks, composition_offset_ticks, key)| {
            Sample {
                size_bytes,
                duration_ticks,
                composition_offset_ticks,
                dependence: if key { Dependence::RandomAccess } else { Dependence::Dependent },
            }
        })
    }

    prop_compose! {
        fn entry()(first_record: u64, records: u32, file_offset: u64, bytes: u32, payload_offset: u32, start_ticks: i64,
                   samples in prop::collection::vec(sample(), 0..20), hash: [u8; 32]) -> FragmentEntry {
            FragmentEntry { first_record, records, file_offset, bytes, payload_offset, start_ticks, samples, hash: FragmentHash(hash) }
        }
    }

    proptest! {
        #[test]
        fn an_index_comes_back_as_it_was(fragments in prop::collection::vec(entry(), 0..20), activity: Vec<u8>, camera_clock_offset_nanos: Option<i64>) {
            let index = SegmentIndex { fragments, activity, camera_clock_offset_nanos };
            prop_assert_eq!(SegmentIndex::from_bytes(&index.to_bytes()).unwrap(), index);
        }

        #[test]
        fn no_bytes_make_it_panic_or_allocate_wildly(bytes: Vec<u8>) {
            let _ = SegmentIndex::from_bytes(&bytes);
        }
    }
}
