//! Whether the disk can keep what is promised.
//!
//! Every camera writes at its rate until its period is over, then as much goes as comes. The disk is
//! full when what all of them have written reaches its size; cameras that are promised longer than
//! that can't be kept. Refuses nothing: a shortage is a fact to be shown. Next: `jobs::storage`.

use super::period::RetentionPeriod;
use crate::domain::camera::CameraId;

/// A camera as it fills the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    pub camera: CameraId,
    /// As measured.
    pub bytes_a_day: u64,
    pub period: RetentionPeriod,
}

/// A camera whose period is longer than the disk lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooSmall {
    pub camera: CameraId,
    pub promised: RetentionPeriod,
}

/// How far the disk reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everything promised fits, with `needed_bytes` in use once all periods have passed.
    Enough { needed_bytes: u64 },
    /// Full `lasts_seconds` after recording began, before these cameras' periods are over.
    Short { needed_bytes: u64, lasts_seconds: i64, cameras: Vec<TooSmall> },
}

impl Reach {
    /// The same for somebody who knows of some cameras alone: what the disk can't keep of others isn't told.
    pub fn for_those(self, knows: impl Fn(&CameraId) -> bool) -> Self {
        let Self::Short { needed_bytes, lasts_seconds, mut cameras } = self else { return self };
        cameras.retain(|short| knows(&short.camera));
        if cameras.is_empty() { Self::Enough { needed_bytes } } else { Self::Short { needed_bytes, lasts_seconds, cameras } }
    }
}

const DAY_SECONDS: i128 = 86_400;

/// How far `capacity_bytes` reach. Cameras without a measured rate take nothing.
pub fn reach(fillings: &[Filling], capacity_bytes: u64) -> Reach {
    let written = |filling: &Filling, seconds: i64| i128::from(filling.bytes_a_day) * i128::from(seconds) / DAY_SECONDS;
    let needed: i128 = fillings.iter().map(|filling| written(filling, filling.period.seconds())).sum();
    let needed_bytes = u64::try_from(needed).unwrap_or(u64::MAX);
    let capacity = i128::from(capacity_bytes);
    if needed <= capacity {
        return Reach::Enough { needed_bytes };
    }
    let mut growing: Vec<&Filling> = fillings.iter().collect();
    growing.sort_by_key(|filling| filling.period);
    // Step by step from period to period: between two, only those with a longer one still add.
    let (mut full, mut since) = (0_i128, 0_i64);
    let mut lasts_seconds = 0;
    for (number, next) in growing.iter().enumerate() {
        let a_day: i128 = growing[number..].iter().map(|filling| i128::from(filling.bytes_a_day)).sum();
        let until = next.period.seconds();
        let grown = a_day * i128::from(until - since) / DAY_SECONDS;
        if full + grown > capacity {
            let more = (capacity - full).max(0) * DAY_SECONDS / a_day.max(1);
            lasts_seconds = since.saturating_add(i64::try_from(more).unwrap_or(i64::MAX));
            break;
        }
        (full, since, lasts_seconds) = (full + grown, until, until);
    }
    let too_small = growing.into_iter().filter(|filling| filling.bytes_a_day > 0 && filling.period.seconds() > lasts_seconds);
    let cameras = too_small.map(|filling| TooSmall { camera: filling.camera.clone(), promised: filling.period }).collect();
    Reach::Short { needed_bytes, lasts_seconds, cameras }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filling(camera: &str, bytes_a_day: u64, days: i64) -> Filling {
        Filling { camera: CameraId::new(camera).unwrap(), bytes_a_day, period: RetentionPeriod::from_seconds(days * 86_400) }
    }

    #[test]
    fn a_disk_lasts_until_what_all_cameras_wrote_fills_it() {
        let cameras = [filling("gate", 100, 31), filling("lobby", 100, 7)];
        assert_eq!(reach(&cameras, 3800), Reach::Enough { needed_bytes: 3800 });
        // After 7 days 1400 are there; 1000 more take the gate ten days.
        let Reach::Short { lasts_seconds, cameras: short, .. } = reach(&cameras, 2400) else { panic!("it does not fit") };
        assert_eq!(lasts_seconds, 17 * 86_400);
        assert_eq!(short.iter().map(|camera| camera.camera.as_str()).collect::<Vec<_>>(), ["gate"]);
        let Reach::Short { lasts_seconds, cameras: short, .. } = reach(&cameras, 1000) else { panic!("it does not fit") };
        assert_eq!((lasts_seconds, short.len()), (5 * 86_400, 2));
        assert_eq!(reach(&[], 0), Reach::Enough { needed_bytes: 0 });
    }

    proptest! {
        /// As long as the disk is said to last, what has been written fits; a day later it doesn't.
        #[test]
        fn it_lasts_as_long_as_it_is_said_to(rates in prop::collection::vec((1u64..5000, 1i64..60), 1..8), capacity in 0u64..400_000) {
            let fillings: Vec<_> = rates.iter().map(|(rate, days)| filling("gate", rate * 86_400, *days)).collect();
            let after = |seconds: i64| -> i128 {
                fillings.iter().map(|f| i128::from(f.bytes_a_day) * i128::from(seconds.min(f.period.seconds())) / DAY_SECONDS).sum()
            };
            let capacity = capacity * 86_400;
            match reach(&fillings, capacity) {
                Reach::Enough { .. } => prop_assert!(after(i64::MAX / 86_400 / 86_400) <= i128::from(capacity)),
                Reach::Short { lasts_seconds, cameras, .. } => {
                    prop_assert!(after(lasts_seconds) <= i128::from(capacity));
                    prop_assert!(after(lasts_seconds + 86_400) > i128::from(capacity) || cameras.iter().all(|c| c.promised.seconds() < lasts_seconds + 86_400));
                    prop_assert!(!cameras.is_empty());
                }
            }
        }
    }
}
