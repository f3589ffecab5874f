//! The loop that forgets: looks at the disk every second and at what is due every ten.
//!
//! A round that fails is logged and made again; what it left half done is finished by the next, or at
//! start-up. Next: `expire`, `pressure`.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{
    adapters::clock,
    jobs::{
        expire,
        house::House,
        pressure::{self, Room},
    },
};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks at the disk between two runs of expiry.
const LOOKS_PER_RUN: u32 = 10;

/// Runs until `stop` turns true.
pub async fn keep_forgetting(house: Arc<House>, mut stop: watch::Receiver<bool>) {
    let (mut looks, mut room) = (0, Room::Enough);
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let look = if looks % LOOKS_PER_RUN == 0 { Look::AtWhatIsDue } else { Look::AtTheDisk };
        looks += 1;
        let forgetting = Arc::clone(&house);
        match tokio::task::spawn_blocking(move || round(&forgetting, look)).await {
            Ok(Ok(now)) => {
                if now != room {
                    match now {
                        Room::Full => tracing::error!("the disk is full: recording waits, held footage stays"),
                        Room::Enough => tracing::info!("there is room again: recording goes on"),
                    }
                }
                room = now;
            }
            Ok(Err(error)) => tracing::error!(%error, "forgetting failed; it is tried again"),
            Err(error) => tracing::error!(%error, "forgetting was interrupted; it is tried again"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    AtTheDisk,
    /// At both.
    AtWhatIsDue,
}

fn round(house: &House, look: Look) -> Result<Room, expire::ExpireError> {
    if look == Look::AtWhatIsDue {
        expire::run(house, clock::now())?;
    }
    pressure::ease(house, clock::now())
}
