//! Where to look for somebody first: cameras near the place that was named, and an hour more at either end
//! of the time (Article 15(1A): a reasonable and proportionate search).
//!
//! Pure. Near is told by words: those that a camera's name and place share with the place that was asked
//! for or with a camera that was named. A word that every camera has says nothing. It only suggests: every
//! camera is in the list. The time is [`AskedRange::with_margin`]: what is kept is what is looked through. Next: `jobs::case::search_help` adds what was recorded.

use std::collections::{BTreeMap, BTreeSet};

use super::case::AskedRange;
use crate::domain::camera::CameraId;

/// Words that stand beside a place without being one.
const NO_PLACE: [&str; 22] = [
    "a", "above", "and", "at", "behind", "beside", "between", "by", "camera", "facing", "from", "in", "near", "next", "of", "on",
    "opposite", "outside", "the", "to", "towards", "under",
];

/// A camera by its words.
#[derive(Clone, Debug)]
pub struct Placed {
    pub id: CameraId,
    pub name: String,
    pub place: String,
}

/// Why a camera stands where it stands in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The request names it.
    Named,
    /// It shares these words with the place.
    Near(Vec<String>),
    /// Nothing is known to speak for it.
    Rest,
}

/// Every camera, those to look at first at the top; among equals in the order they came in.
pub fn order<'c>(asked: &AskedRange, cameras: &'c [Placed]) -> Vec<(&'c Placed, Why)> {
    let words: Vec<BTreeSet<String>> = cameras.iter().map(|camera| said(&[&camera.name, &camera.place])).collect();
    let mut having: BTreeMap<&str, usize> = BTreeMap::new();
    for word in words.iter().flatten() {
        *having.entry(word).or_default() += 1;
    }
    let is_named = |camera: &Placed| asked.cameras.contains(&camera.id);
    let mut meant = said(&[&asked.place]);
    meant.extend(cameras.iter().zip(&words).filter(|(camera, _)| is_named(camera)).flat_map(|(_, words)| words.iter().cloned()));
    // The rarer a word, the more it tells: inverse document frequency.
    let tells = |word: &str| (cameras.len() as f64 / having.get(word).copied().unwrap_or(1) as f64).ln();
    let mut weighed: Vec<(f64, &Placed, Why)> = cameras
        .iter()
        .zip(&words)
        .map(|(camera, words)| {
            let shared: Vec<String> = words.intersection(&meant).filter(|word| tells(word) > 0.0).cloned().collect();
            let weight = shared.iter().map(|word| tells(word)).sum();
            match (is_named(camera), shared.is_empty()) {
                (true, _) => (f64::INFINITY, camera, Why::Named),
                (false, false) => (weight, camera, Why::Near(shared)),
                (false, true) => (0.0, camera, Why::Rest),
            }
        })
        .collect();
    weighed.sort_by(|one, other| other.0.total_cmp(&one.0));
    weighed.into_iter().map(|(_, camera, why)| (camera, why)).collect()
}

/// Words for a place, in lower case.
fn said(texts: &[&str]) -> BTreeSet<String> {
    let words = texts.iter().flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).filter(|word| !NO_PLACE.contains(&word.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instant::{Interval, UtcInstant};

    fn cameras() -> Vec<Placed> {
        let camera = |id: &str, name: &str, place: &str| Placed { id: CameraId::new(id).unwrap(), name: name.into(), place: place.into() };
        vec![
            camera("gate", "Main gate", "Alder Court, main gate"),
            camera("lobby-a", "Lobby", "Alder Court, block A, ground floor"),
            camera("lobby-b", "Lobby", "Alder Court, block B, ground floor"),
            camera("bins", "Bins", "Alder Court, bins behind block B"),
        ]
    }

    fn asked(place: &str, named: &[&str]) -> AskedRange {
        let interval = Interval::new(UtcInstant::from_unix_seconds(10_000), UtcInstant::from_unix_seconds(10_060)).unwrap();
        AskedRange { place: place.into(), cameras: named.iter().map(|id| CameraId::new(id).unwrap()).collect(), interval }
    }

    fn first(place: &str, named: &[&str]) -> Vec<(String, Why)> {
        order(&asked(place, named), &cameras()).into_iter().map(|(camera, why)| (camera.id.to_string(), why)).collect()
    }

    #[test]
    fn what_was_named_comes_first_then_what_is_near_then_the_rest() {
        let near = |words: &[&str]| Why::Near(words.iter().map(|word| (*word).to_owned()).collect());
        let by_words = first("At the bins behind Block B", &[]);
        assert_eq!(by_words[0], ("bins".into(), near(&["b", "bins", "block"])));
        assert_eq!(by_words[1], ("lobby-b".into(), near(&["b", "block"])));
        assert_eq!(by_words[3], ("gate".into(), Why::Rest));
        // Without a word of it, by the place of the camera that was named.
        let by_camera = first("", &["lobby-b"]);
        assert_eq!(by_camera[0], ("lobby-b".into(), Why::Named));
        assert_eq!(by_camera.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["lobby-b", "lobby-a", "bins", "gate"]);
    }

    #[test]
    fn a_word_that_every_camera_has_says_nothing() {
        let all = first("Alder Court", &[]);
        assert!(all.iter().all(|(_, why)| *why == Why::Rest), "{all:?}");
        assert_eq!(all[0].0, "gate", "then the order is the configuration's");
    }

    #[test]
    fn an_hour_is_added_at_either_end() {
        let window = asked("", &[]).with_margin();
        assert_eq!((window.from(), window.to()), (UtcInstant::from_unix_seconds(6_400), UtcInstant::from_unix_seconds(13_660)));
    }
}
