//! What a person may make of a plan: what they drew is theirs, and no doubt goes away unseen; and what new proposals
//! may make of it.
//!
//! Refuses a save in another's name, one for another clip or in another mode, and one from which an open doubt has
//! vanished. Next: `jobs::redact` saves.

use std::collections::BTreeSet;

use super::{
    doubt::DoubtReason,
    mask::BackgroundPlate,
    plan::{NotAPlan, Plan},
    track::TrackId,
};
use crate::domain::retention::consent::Person;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASuccessor {
    #[error("the plan is for another clip")]
    OtherClip,
    #[error("the plan shows what is not drawn, or hides it, as the one before did not")]
    OtherMode,
    #[error("something in the plan is said to be drawn by somebody else")]
    OthersName,
    #[error("a doubt that was open is gone without having been settled")]
    DoubtGone,
}

/// Whether `by` may save `after` over `before`.
pub fn may_follow(before: &Plan, after: &Plan, by: &Person) -> Result<(), NotASuccessor> {
    if before.clip() != after.clip() {
        return Err(NotASuccessor::OtherClip);
    }
    if before.mode() != after.mode() {
        return Err(NotASuccessor::OtherMode);
    }
    let known: BTreeSet<&Person> = before.people();
    if !after.people().into_iter().all(|person| person == by || known.contains(person)) {
        return Err(NotASuccessor::OthersName);
    }
    let mut left: Vec<_> = after.parts().doubts.iter().collect();
    for open in before.open_doubts() {
        let same = left.iter().position(|doubt| (doubt.frames, doubt.why, &doubt.tracks) == (open.frames, open.why, &open.tracks));
        let found = left.swap_remove(same.ok_or(NotASuccessor::DoubtGone)?);
        if found.resolved.as_ref().is_some_and(|approval| approval.by != *by) {
            return Err(NotASuccessor::OthersName);
        }
    }
    Ok(())
}

/// The plan that `proposed` makes of `before`: found tracks and doubts are made anew; whatever a person drew or settled
/// stays, and so do doubts that only a person may settle. Kept tracks get names behind the found ones; `plate` is taken
/// where there is none yet.
pub fn with_proposals(before: &Plan, proposed: &Plan, plate: Option<BackgroundPlate>) -> Result<Plan, NotAPlan> {
    let (mut parts, kept) = (proposed.parts().clone(), before.parts());
    let free = parts.tracks.iter().map(|track| track.id().0 + 1).max().unwrap_or(0);
    let drawn = kept.tracks.iter().filter(|track| track.people().next().is_some());
    parts.tracks.extend((free..).zip(drawn).map(|(id, track)| track.clone().named(TrackId(id))));
    let stays = kept.doubts.iter().filter(|doubt| doubt.resolved.is_some() || doubt.why == DoubtReason::Flagged);
    parts.doubts.extend(stays.cloned());
    parts.masks.extend(kept.masks.iter().cloned());
    parts.reveals.extend(kept.reveals.iter().cloned());
    parts.plate = kept.plate.clone().or(plate);
    Plan::try_from(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        actor::{Actor, UserId},
        instant::UtcInstant,
        redaction::{
            doubt::{Doubt, DoubtReason},
            mask::{Approval, StaticReveal},
            pixel::{FrameIndex, FrameSpan, PixelBox},
            plan::{ClipFacts, Mode, PlanParts},
            track::{Author, Keyframe, Presence, Role, Track, TrackKind},
        },
    };

    fn person(number: u128) -> Person {
        Person::of(&Actor::Staff { id: UserId(uuid::Uuid::from_u128(number)), name: String::new() }).unwrap()
    }

    fn with(plan: &Plan, change: impl FnOnce(&mut PlanParts)) -> Plan {
        let mut parts = plan.parts().clone();
        change(&mut parts);
        Plan::try_from(parts).unwrap()
    }

    #[test]
    fn nobody_draws_in_anothers_name_and_no_doubt_vanishes() {
        let at = UtcInstant::from_unix_seconds(1);
        let clip = ClipFacts { width_px: 64, height_px: 64, frame_ticks: vec![0, 1], source_sha256: None };
        let frames = FrameSpan::new(FrameIndex(0), FrameIndex(1)).unwrap();
        let doubt = Doubt { frames, why: DoubtReason::Lost, tracks: Vec::new(), resolved: None };
        let before = with(&Plan::empty(clip, Mode::DefaultDeny).unwrap(), |parts| parts.doubts = vec![doubt]);
        let settled = |by: u128| with(&before, |parts| parts.doubts[0].resolved = Some(Approval { by: person(by), at }));
        let drawn = |by: u128| {
            let area = PixelBox::new(0, 0, 8, 8).unwrap();
            with(&before, |parts| parts.reveals = vec![StaticReveal { area, by: person(by), drawn_at: at }])
        };
        for mine in [before.clone(), settled(1), drawn(1)] {
            assert_eq!(may_follow(&before, &mine, &person(1)), Ok(()));
        }
        for others in [settled(2), drawn(2)] {
            assert_eq!(may_follow(&before, &others, &person(1)), Err(NotASuccessor::OthersName));
        }
        // A name that is known already settles nothing new.
        assert_eq!(
            may_follow(&drawn(2), &with(&drawn(2), |parts| parts.doubts.clone_from(&settled(2).parts().doubts)), &person(1)),
            Err(NotASuccessor::OthersName)
        );
        assert_eq!(may_follow(&before, &with(&before, |parts| parts.doubts.clear()), &person(1)), Err(NotASuccessor::DoubtGone));
        let open = with(&before, |parts| parts.mode = Mode::MaskOthers);
        assert_eq!(may_follow(&before, &open, &person(1)), Err(NotASuccessor::OtherMode));
        let longer = with(&before, |parts| parts.clip.frame_ticks.push(2));
        assert_eq!(may_follow(&before, &longer, &person(1)), Err(NotASuccessor::OtherClip));
    }
    #[test]
    fn new_proposals_leave_what_people_drew_and_what_only_they_may_settle() {
        let at = UtcInstant::from_unix_seconds(1);
        let clip = ClipFacts { width_px: 64, height_px: 64, frame_ticks: vec![0, 1], source_sha256: None };
        let frames = FrameSpan::new(FrameIndex(0), FrameIndex(1)).unwrap();
        let area = PixelBox::new(0, 0, 8, 8).unwrap();
        let track = |id: u32, author: Author| {
            let presence = Presence::new(frames, vec![Keyframe { frame: FrameIndex(0), area, author, drawn_at: at }]).unwrap();
            Track::new(TrackId(id), TrackKind::Person, Role::Undecided, vec![presence]).unwrap()
        };
        let found = || Author::Detector { confidence_permille: 900 };
        let doubt = |why, resolved| Doubt { frames, why, tracks: Vec::new(), resolved };
        let settled = Some(Approval { by: person(1), at });
        let empty = Plan::empty(clip, Mode::MaskOthers).unwrap();
        let before = with(&empty, |parts| {
            parts.tracks = vec![track(0, found()), track(1, Author::Person { person: person(1) })];
            parts.reveals = vec![StaticReveal { area, by: person(1), drawn_at: at }];
            parts.doubts =
                vec![doubt(DoubtReason::Flagged, None), doubt(DoubtReason::Lost, None), doubt(DoubtReason::Cut, settled.clone())];
        });
        let proposed = with(&empty, |parts| {
            parts.tracks = vec![track(0, found()), track(1, found()), track(2, found())];
            parts.doubts = vec![doubt(DoubtReason::Crossing, None)];
        });
        let after = with_proposals(&before, &proposed, None).unwrap();
        assert_eq!(
            after.tracks().iter().map(|track| (track.id().0, track.people().count())).collect::<Vec<_>>(),
            [(0, 0), (1, 0), (2, 0), (3, 1)]
        );
        let whys: Vec<_> = after.parts().doubts.iter().map(|doubt| (doubt.why, doubt.resolved.is_some())).collect();
        assert_eq!(whys, [(DoubtReason::Crossing, false), (DoubtReason::Cut, true), (DoubtReason::Flagged, false)]);
        assert_eq!(after.parts().reveals, before.parts().reveals);
    }
}
