//! The report as a picture: two lanes for each subject, untouched above reviewed.
//!
//! Green is what is shown of the subject, grey hidden, red a frame in which somebody else is exposed.

use std::fmt::Write as _;

use crate::domain::redaction::measure::{exposure::Exposure, trial::Trial};

const LEFT_PX: u32 = 150;
const FRAME_PX: u32 = 6;
const LANE_PX: u32 = 12;
const ROW_PX: u32 = 32;

pub fn svg(trials: &[Trial]) -> String {
    let frames = trials.iter().map(|trial| trial.window.last - trial.window.first + 1).max().unwrap_or(1);
    let (wide, high) = (LEFT_PX + frames * FRAME_PX + 10, 40 + ROW_PX * trials.len() as u32);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"8\" y=\"20\">Each person as the subject: untouched above, reviewed below. Green shown, grey hidden, red somebody else exposed.</text>\n"
    );
    for (row, trial) in trials.iter().enumerate() {
        let top = 34 + ROW_PX * row as u32;
        let first = trial.window.first;
        let _ = writeln!(text, "<text x=\"8\" y=\"{}\">person {} from frame {}</text>", top + 16, trial.subject, first + 1);
        for (lane, exposures) in [&trial.untouched, &trial.reviewed].into_iter().enumerate() {
            for exposure in exposures {
                let (x, y) = (LEFT_PX + (exposure.frame - first) * FRAME_PX, top + LANE_PX * lane as u32);
                let colour = colour(exposure);
                let _ = writeln!(text, "<rect x=\"{x}\" y=\"{y}\" width=\"{FRAME_PX}\" height=\"{}\" fill=\"{colour}\"/>", LANE_PX - 1);
            }
        }
    }
    text.push_str("</svg>\n");
    text
}

fn colour(exposure: &Exposure) -> &'static str {
    if exposure.wrong_person || exposure.heads_exposed > 0 {
        "#c62828"
    } else if exposure.shown() {
        "#2e7d32"
    } else if exposure.own_shown_px > 0.0 {
        "#a5d6a7"
    } else {
        "#bdbdbd"
    }
}
