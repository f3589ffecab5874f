//! Redaction: which pixels of a clip may leave the house. Hidden unless revealed.
//!
//! Pure values and decisions. `pixel` measures, `track` follows one person or thing through a clip, `mask`
//! stands still, `doubt` is a stretch that nobody has looked at yet, `plan` holds all of them for one clip,
//! and `region` says of each frame what is shown. Refuses to show a frame in doubt, and whatever lies
//! within the grown mask of anybody who is not the subject. Next: `adapters::video` renders by it.

pub mod doubt;
pub mod edit;
pub mod film;
pub mod mask;
pub mod measure;
pub mod picture;
pub mod pixel;
pub mod plan;
pub mod region;
pub mod reviewed;
pub mod track;
pub mod tracking;
pub mod turn;

pub use pixel::{FrameIndex, FrameSpan, PixelBox};
pub use plan::{Mode, Plan, PlanParts};
pub use track::Author;
