//! A stretch with no recording, and why. A gap is a value: it is stored, drawn and exported.

use serde::{Deserialize, Serialize};

use crate::domain::instant::Interval;

/// Why nothing was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// The camera closed the connection or could not be reached.
    CameraLost,
    /// Connected, but it sent nothing.
    Stall,
    /// The camera refused us: wrong password, unknown stream or codec.
    Refused,
    /// Packets were lost on the way.
    PacketLoss,
    /// The box could not write fast enough; whole groups of pictures were dropped.
    Overload,
    /// The disk had no room, or failed.
    Storage,
    /// The system clock was set.
    ClockStep,
    /// Holdfast itself was not running.
    Restart,
}

impl GapCause {
    pub const ALL: [Self; 8] =
        [Self::CameraLost, Self::Stall, Self::Refused, Self::PacketLoss, Self::Overload, Self::Storage, Self::ClockStep, Self::Restart];

    /// The name used in the catalogue, the API and manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CameraLost => "camera_lost",
            Self::Stall => "stall",
            Self::Refused => "refused",
            Self::PacketLoss => "packet_loss",
            Self::Overload => "overload",
            Self::Storage => "storage",
            Self::ClockStep => "clock_step",
            Self::Restart => "restart",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    pub interval: Interval,
    pub cause: GapCause,
}
