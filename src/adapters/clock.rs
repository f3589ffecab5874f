//! The sole clock read: UTC, CLOCK_BOOTTIME and whether the kernel calls UTC synchronised.
//!
//! Nobody else asks the machine for the time; they are handed a [`ClockReading`]. The media path
//! reads it once an access unit, so the synchronised flag is cached for a second.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use rustix::time::{ClockId, clock_gettime};

use crate::domain::instant::{ClockReading, Synchronised, UtcInstant};

static SYNCHRONISED: AtomicBool = AtomicBool::new(false);
static SYNCHRONISED_READ_AT_NANOS: AtomicI64 = AtomicI64::new(i64::MIN);
const SYNCHRONISED_GOOD_FOR_NANOS: i64 = 1_000_000_000;

/// Reads all three.
pub fn now() -> ClockReading {
    let utc = nanos(ClockId::Realtime);
    let boottime_nanos = nanos(ClockId::Boottime);
    ClockReading { utc: UtcInstant::from_unix_nanos(utc), boottime_nanos, synchronised: synchronised(boottime_nanos) }
}

fn nanos(clock: ClockId) -> i64 {
    let at = clock_gettime(clock);
    at.tv_sec.saturating_mul(1_000_000_000).saturating_add(at.tv_nsec)
}

fn synchronised(boottime_nanos: i64) -> Synchronised {
    let read_at = SYNCHRONISED_READ_AT_NANOS.load(Ordering::Relaxed);
    if boottime_nanos.saturating_sub(read_at) > SYNCHRONISED_GOOD_FOR_NANOS || read_at == i64::MIN {
        SYNCHRONISED.store(kernel_says_synchronised(), Ordering::Relaxed);
        SYNCHRONISED_READ_AT_NANOS.store(boottime_nanos, Ordering::Relaxed);
    }
    if SYNCHRONISED.load(Ordering::Relaxed) { Synchronised::Yes } else { Synchronised::No }
}

/// adjtimex(2) with no modes set changes nothing and returns TIME_ERROR (5) while unsynchronised.
#[allow(unsafe_code, reason = "no safe wrapper of adjtimex is kept up")]
fn kernel_says_synchronised() -> bool {
    // SAFETY: a zeroed timex is valid (plain integers) and modes = 0 makes the call read-only.
    let mut state: libc::timex = unsafe { std::mem::zeroed() };
    let answer = unsafe { libc::adjtimex(&mut state) };
    answer >= 0 && answer != libc::TIME_ERROR && state.status & libc::STA_UNSYNC == 0
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_readings_agree_on_what_passed() {
        let first = super::now();
        let second = super::now();
        assert!(second.boottime_nanos >= first.boottime_nanos);
        assert!(second.step_since(&first).abs() < 1_000_000_000, "no step of the clock between two reads");
    }
}
