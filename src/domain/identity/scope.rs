//! Which cameras an account is there for: the whole site, or some cameras and estates.
//!
//! Pure. What lies outside is, to its holder, not there at all. Refuses a limit for a role that decides
//! for the whole site. Next: `http::caller` asks it before every camera, request, hold and export.

use std::collections::BTreeSet;

use super::Role;
use crate::domain::camera::CameraId;

/// What an account may know of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    #[default]
    WholeSite,
    Limited(Limits),
}

/// Cameras by themselves, and every camera at these places, those added later too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub cameras: BTreeSet<CameraId>,
    /// As in the configuration's `place`.
    pub places: BTreeSet<String>,
}

impl Scope {
    /// Whether a camera at `place` is in it; one that has left the configuration is at no place.
    pub fn includes(&self, camera: &CameraId, place: Option<&str>) -> bool {
        match self {
            Self::WholeSite => true,
            Self::Limited(limits) => limits.cameras.contains(camera) || place.is_some_and(|place| limits.places.contains(place)),
        }
    }

    /// Whether what spans all of `cameras` is in it. What names none may be about any of them.
    pub fn includes_every<'c, 'p>(
        &self,
        cameras: impl IntoIterator<Item = &'c CameraId>,
        place: impl Fn(&CameraId) -> Option<&'p str>,
    ) -> bool {
        if *self == Self::WholeSite {
            return true;
        }
        let mut cameras = cameras.into_iter().peekable();
        cameras.peek().is_some() && cameras.all(|camera| self.includes(camera, place(camera)))
    }

    /// Whether an account of `role` can have it.
    pub const fn suits(&self, role: Role) -> bool {
        match self {
            Self::WholeSite => true,
            Self::Limited(_) => matches!(role, Role::Viewer | Role::Reviewer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(id: &str) -> CameraId {
        CameraId::new(id).unwrap()
    }

    fn place(camera: &CameraId) -> Option<&'static str> {
        match camera.as_str() {
            "gate" | "yard" => Some("Alder Court"),
            "lift" => Some("Birch House"),
            _ => None,
        }
    }

    fn limited(cameras: &[&str], places: &[&str]) -> Scope {
        let cameras = cameras.iter().map(|id| camera(id)).collect();
        Scope::Limited(Limits { cameras, places: places.iter().map(|place| (*place).to_owned()).collect() })
    }

    #[test]
    fn a_limit_takes_in_its_cameras_and_those_at_its_places() {
        let scope = limited(&["lift"], &["Alder Court"]);
        let seen = ["gate", "yard", "lift", "cellar"].map(|id| scope.includes(&camera(id), place(&camera(id))));
        assert_eq!(seen, [true, true, true, false]);
        assert!(!limited(&[], &[]).includes(&camera("gate"), Some("Alder Court")), "a limit to nothing shows nothing");
    }

    #[test]
    fn what_spans_cameras_is_in_it_only_with_all_of_them_and_never_with_none_named() {
        let scope = limited(&["gate"], &[]);
        let spans = |ids: &[&str]| {
            let cameras: Vec<CameraId> = ids.iter().map(|id| camera(id)).collect();
            scope.includes_every(&cameras, place)
        };
        assert_eq!([spans(&["gate"]), spans(&["gate", "yard"]), spans(&[])], [true, false, false]);
        assert!(Scope::WholeSite.includes_every(&[], place));
    }

    #[test]
    fn who_decides_for_the_whole_site_sees_all_of_it() {
        let suited = Role::ALL.into_iter().filter(|role| limited(&["gate"], &[]).suits(*role));
        assert!(suited.eq([Role::Viewer, Role::Reviewer]));
        assert!(Role::ALL.into_iter().all(|role| Scope::WholeSite.suits(role)));
    }
}
