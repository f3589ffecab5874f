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

/// Segments overwritten at a time.
const OVERWRITTEN_AT_ONCE: u32 = 8;

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
    house.keeping.ballast.relieve()?;
    if house.keeping.ballast.refill()? {
        return Ok(Room::Enough);
    }
    expire::run(house, reading)?;
    if house.keeping.ballast.refill()? {
        return Ok(Room::Enough);
    }
    if let WhenFull::Overwrite { floor_seconds } = house.keeping.policy.when_full {
        while expire::make_room(house, reading, floor_seconds, OVERWRITTEN_AT_ONCE)?.expired > 0 {
            if house.keeping.ballast.refill()? {
                return Ok(Room::Enough);
            }
        }
    }
    Ok(Room::Full)
}
