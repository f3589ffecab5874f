//! What people ask of the controller, and by when the law wants an answer.
//!
//! Pure decisions over plain values. Refuses an extension that comes too late, and to call a day a
//! working day where nobody knows its bank holidays. `calendar` knows the days of rest of a nation,
//! `due` is the statutory clock over them.
//! Next: `cli::case` asks the clock for anybody.

pub mod calendar;
pub mod due;
