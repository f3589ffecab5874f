//! What proposals leak and what they show, measured against boxes that people drew.
//!
//! Each annotated person in turn is the subject. Writes a row for each frame, a picture, and a summary.
//! Refuses nothing for being bad news. Next: `holdfast redact report`, `make redaction-report`.

mod picture;

use std::{fmt::Write as _, fs, io, path::Path};

use crate::{
    adapters::clock,
    domain::redaction::{
        Mode,
        measure::{
            Truth,
            exposure::Exposure,
            trial::{self, Leak, Trial},
            truth::Window,
        },
        plan::NotAPlan,
        tracking::{
            follow::{Followed, follow},
            proposal::{Subject, propose},
        },
    },
    jobs::propose::{self, Looked},
    problem::{Kind, Problem},
};

/// Frames of a minute of the clip, for keyframes a subject-minute.
fn frames_a_minute(looked: &Looked) -> f32 {
    let ticks = looked.clip.frame_ticks.last().copied().unwrap_or(0).max(1);
    looked.clip.frame_ticks.len().saturating_sub(1).max(1) as f32 * 90_000.0 * 60.0 / ticks as f32
}

/// Measures, writes `frames.csv`, `report.svg` and `summary.txt` into `out`, and gives the summary.
pub fn write(clip: &Path, truth: &Path, models: Option<&Path>, out: &Path) -> Result<String, Problem> {
    let text = fs::read_to_string(truth).map_err(|error| {
        Problem::new(Kind::BadInput, "truth", "The file of boxes can't be read.", "Name a text file that you may read.").because(error)
    })?;
    let truth = Truth::parse(&text).map_err(|error| {
        Problem::new(
            Kind::BadInput,
            "truth",
            format!("The file of boxes can't be used: {error}."),
            "Write one box a line: frame from 1, id, left, top, width, height.",
        )
    })?;
    let looked = propose::look(clip, models, &mut |_| ())?;
    let followed = follow(&looked.seen.observations);
    let at = clock::now().utc;
    let trials = trial::trials(&looked.clip, &followed, &truth, at).map_err(unmeasured)?;
    let summary = summary(&looked, &followed, &truth, &trials)?;
    let written = || -> io::Result<()> {
        fs::create_dir_all(out)?;
        fs::write(out.join("frames.csv"), csv(&trials))?;
        fs::write(out.join("report.svg"), picture::svg(&trials))?;
        fs::write(out.join("summary.txt"), &summary)
    };
    written().map_err(|error| {
        Problem::new(Kind::BadInput, "report_out", "The report can't be written there.", "Name a folder that you may write to.")
            .because(error)
    })?;
    Ok(summary)
}

fn unmeasured(error: NotAPlan) -> Problem {
    Problem::new(Kind::BadInput, "unmeasured", "The clip can't be measured.", "Cut it shorter.").because(error)
}

/// Frames, wrong persons, heads exposed of heads, shares shown.
#[derive(Default)]
struct Sum {
    frames: u32,
    wrong: u32,
    heads: u32,
    others: u32,
    shown: u32,
    own_px: f32,
    own_shown_px: f32,
}

impl Sum {
    fn of<'e>(exposures: impl Iterator<Item = &'e Exposure>) -> Self {
        let mut sum = Self::default();
        for exposure in exposures {
            sum.frames += 1;
            sum.wrong += u32::from(exposure.wrong_person);
            sum.heads += exposure.heads_exposed;
            sum.others += exposure.others;
            sum.shown += u32::from(exposure.shown());
            sum.own_px += exposure.own_px;
            sum.own_shown_px += exposure.own_shown_px;
        }
        sum
    }
}

fn line(name: &str, sum: &Sum) -> String {
    let percent = |part: f32, all: f32| 100.0 * part / all.max(1.0);
    format!(
        "  {name}: {} wrong-person frames, {} of {} third-party heads exposed, subject shown in {:.1} % of {} frames, {:.1} % of their pixels",
        sum.wrong,
        sum.heads,
        sum.others,
        percent(sum.shown as f32, sum.frames as f32),
        sum.frames,
        percent(sum.own_shown_px, sum.own_px)
    )
}

fn leak_line(name: &str, leak: &Leak) -> String {
    let share = 100.0 * leak.heads_leaked as f32 / leak.heads.max(1) as f32;
    format!(
        "  {name}: {} of {} heads leaked ({share:.2} %), {:.1} % of the area masked",
        leak.heads_leaked,
        leak.heads,
        100.0 * leak.masked_share
    )
}

fn summary(looked: &Looked, followed: &Followed, truth: &Truth, trials: &[Trial]) -> Result<String, Problem> {
    let at = clock::now().utc;
    let everybody = propose(looked.clip.clone(), followed, Mode::MaskOthers, &Subject::default(), at).map_err(unmeasured)?;
    let mut text = String::new();
    let mut push = |line: String| {
        // Writing to a text can't fail.
        let _ = writeln!(text, "{line}");
    };
    if let Some(sentence) = &looked.without_detector {
        push(sentence.clone());
    }
    let parts: Vec<Option<Window>> = std::iter::once(None).chain(truth.windows().into_iter().map(Some)).collect();
    for window in parts {
        let inside = |trial: &&Trial| window.is_none_or(|window| window == trial.window);
        let chosen: Vec<&Trial> = trials.iter().filter(inside).collect();
        push(match window {
            None => format!("All annotated frames, {} subjects", chosen.len()),
            Some(window) => format!("Frames {} to {}, {} subjects", window.first + 1, window.last + 1, chosen.len()),
        });
        let untouched = Sum::of(chosen.iter().flat_map(|trial| &trial.untouched));
        push(line("default-deny, untouched", &untouched));
        push(line("default-deny, reviewed", &Sum::of(chosen.iter().flat_map(|trial| &trial.reviewed))));
        let keyframes: u32 = chosen.iter().map(|trial| trial.keyframes).sum();
        let minutes = untouched.frames as f32 / frames_a_minute(looked);
        push(format!(
            "  reviewer: {keyframes} keyframes in {minutes:.2} subject-minutes, {:.1} a minute",
            keyframes as f32 / minutes.max(0.001)
        ));
        let mut part = truth.clone();
        part.frames.retain(|frame, _| window.is_none_or(|window| (window.first..=window.last).contains(frame)));
        push(leak_line("mask-others, no human", &trial::leak(&everybody.plan, &part).map_err(unmeasured)?));
        push(leak_line("detector alone at 0.3", &trial::leak_of_detector_alone(&looked.clip, &looked.seen.observations, &part)));
    }
    Ok(text)
}

fn csv(trials: &[Trial]) -> String {
    let mut text = String::from("window_first,subject,plan,frame,shown,own_px,own_shown_px,others,heads_exposed,wrong_person\n");
    for trial in trials {
        for (plan, exposures) in [("untouched", &trial.untouched), ("reviewed", &trial.reviewed)] {
            for exposure in exposures {
                let _ = writeln!(
                    text,
                    "{},{},{plan},{},{},{},{},{},{},{}",
                    trial.window.first + 1,
                    trial.subject,
                    exposure.frame + 1,
                    u8::from(exposure.shown()),
                    exposure.own_px,
                    exposure.own_shown_px,
                    exposure.others,
                    exposure.heads_exposed,
                    u8::from(exposure.wrong_person)
                );
            }
        }
    }
    text
}
