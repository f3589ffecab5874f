//! What happens as the disk fills: due footage goes, then, by the site's policy, the oldest or nothing;
//! then recording waits. Held footage is never touched.
//!
//! Next: `adapters::vault::ballast` is the room that is left for everything else.

use crate::{
    domain::instant::ClockReading,
    jobs::{
        expire::{self, ExpireError},
        house::House,
        keeping::WhenFull,
    },
};

/// How the disk stands after the ladder was climbed as far as needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Recording may go on.
    Enough,
    /// The disk is full; recording waits, everything else works.
    Full,
}

/// Looks at the disk and does what the policy allows. Called every second or so.
pub fn ease(house: &House, reading: ClockReading) -> Result<Room, ExpireError> {
    let ballast = &house.keeping.ballast;
    ballast.relieve()?;
    // Overwriting begins before recording has to stop, so that nothing is missed meanwhile.
    let is_enough = |whole: bool| Ok::<_, ExpireError>(whole && (house.keeping.policy.when_full == WhenFull::Stop || !ballast.is_short()?));
    if is_enough(ballast.refill()?)? {
        return Ok(Room::Enough);
    }
    expire::run(house, reading)?;
    let mut whole = ballast.refill()?;
    if let WhenFull::Overwrite { floor_seconds } = house.keeping.policy.when_full {
        expire::make_room(house, reading, floor_seconds, || {
            whole = ballast.refill()?;
            is_enough(whole)
        })?;
        whole = ballast.refill()?;
    }
    Ok(if whole { Room::Enough } else { Room::Full })
}
