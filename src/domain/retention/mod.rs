//! How long footage is kept, what keeps it longer, and what may go when.
//!
//! Pure decisions over plain values. Refuses to shorten, release or delete on one person's word, to
//! forget under a clock in doubt, and to forget unusually much at once. Knows nothing of requests: a
//! request places a hold. `period` says how long, `hold` and `restriction` what stays all the same,
//! `expiry` plans, `clock` and `brake` stand guard. `report` tells a month of it.
//! Next: `jobs::expire` carries a plan out.

pub mod brake;
pub mod clock;
pub mod consent;
pub mod coverage;
pub mod expiry;
pub mod fact;
pub mod fill;
pub mod hold;
pub mod period;
pub mod proof;
pub mod report;
