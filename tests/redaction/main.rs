//! From a redacted film nothing hidden comes back, whatever the clip; and what decodes it is locked in.
//!
//! Drawn clips by GStreamer's test source, as files and as a camera's recording; a real one where it lies beside
//! the repository. Each film is decoded here once more, by a pipeline of the test's own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by panicking")]

mod films;
mod hostile;
mod recorded;
mod room;

use std::{fs, path::Path};

use bytes::Bytes;
use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::AppSink;
use holdfast::{
    adapters::video::{
        MediaWorkers, Workplace,
        redaction::{CheckedFilm, ClipPiece, FILE_PIECE_BYTES, RedactError},
    },
    domain::{
        actor::{Actor, UserId},
        instant::UtcInstant,
        redaction::{
            Mode, PixelBox, Plan,
            mask::StaticReveal,
            plan::ClipFacts,
            region::{self, Cell},
        },
        retention::consent::Person,
    },
};
use tempfile::TempDir;
use tokio::sync::mpsc;

fn workers() -> (TempDir, MediaWorkers) {
    let scratch = TempDir::new().unwrap();
    let workplace = Workplace { program: env!("CARGO_BIN_EXE_holdfast").into(), scratch: scratch.path().join("workers") };
    (scratch, MediaWorkers::new(workplace))
}

fn pieces(pieces: Vec<ClipPiece>) -> mpsc::Receiver<ClipPiece> {
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(async move {
        for piece in pieces {
            if sender.send(piece).await.is_err() {
                break;
            }
        }
    });
    receiver
}

fn file(bytes: &[u8]) -> Vec<ClipPiece> {
    bytes.chunks(FILE_PIECE_BYTES).map(|piece| ClipPiece::File(Bytes::copy_from_slice(piece))).collect()
}

/// Bright noise, so that nothing of it could be taken for fill.
fn drawn(folder: &Path, chain: &str) -> Vec<u8> {
    gst::init().unwrap();
    let to = folder.join("drawn");
    let pipeline = format!(
        "videotestsrc pattern=snow num-buffers=24 ! video/x-raw,format=I420,width=200,height=120,framerate=10/1 ! videobalance brightness=0.3 ! \
         {chain} ! filesink location={}",
        to.display()
    );
    let pipeline = gst::parse::launch(&pipeline).unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let ended = pipeline.bus().unwrap().timed_pop_filtered(gst::ClockTime::NONE, &[gst::MessageType::Eos, gst::MessageType::Error]);
    assert!(matches!(ended.unwrap().view(), gst::MessageView::Eos(_)));
    pipeline.set_state(gst::State::Null).unwrap();
    fs::read(to).unwrap()
}

const H264: &str = "x264enc key-int-max=8 bframes=2 ! h264parse ! mp4mux";
const H265: &str = "x265enc key-int-max=8 speed-preset=ultrafast ! h265parse ! mp4mux";

/// All hidden but one rectangle.
fn plan_of(clip: ClipFacts, (left, top, width, height): (i32, i32, u32, u32)) -> Plan {
    let by = Person::of(&Actor::Staff { id: UserId(uuid::Uuid::from_u128(1)), name: String::new() }).unwrap();
    let mut parts = Plan::empty(clip, Mode::DefaultDeny).unwrap().parts().clone();
    let area = PixelBox::new(left, top, width, height).unwrap();
    parts.reveals = vec![StaticReveal { area, by, drawn_at: UtcInstant::from_unix_seconds(1) }];
    Plan::try_from(parts).unwrap()
}

/// Luma of each picture, with rows of `stride`.
fn decoded(film: &[u8]) -> Vec<(usize, Vec<u8>)> {
    gst::init().unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("film.mp4");
    fs::write(&path, film).unwrap();
    let chain = format!(
        "filesrc location={} ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! appsink name=out sync=false",
        path.display()
    );
    let pipeline = gst::parse::launch(&chain).unwrap().downcast::<gst::Pipeline>().unwrap();
    let sink = pipeline.by_name("out").unwrap().downcast::<AppSink>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let mut pictures = Vec::new();
    while let Ok(sample) = sink.pull_sample() {
        let info = gstreamer_video::VideoInfo::from_caps(sample.caps().unwrap()).unwrap();
        let bytes = sample.buffer().unwrap().map_readable().unwrap().to_vec();
        pictures.push((usize::try_from(info.stride()[0]).unwrap(), bytes));
    }
    pipeline.set_state(gst::State::Null).unwrap();
    pictures
}

/// How far hidden pixels are from black on average and at most, and how bright the shown ones are.
fn seen(plan: &Plan, film: &[u8]) -> (u8, f64) {
    let pictures = decoded(film);
    assert_eq!(pictures.len(), plan.frame_count() as usize, "one picture for each frame");
    let (mut brightest_hidden, mut shown_sum, mut shown) = (0, 0.0, 0.0);
    for (frame, (stride, luma)) in plan.frames().zip(&pictures) {
        let reveal = region::revealed(plan, frame);
        for y in 0..plan.clip().height_px {
            for x in 0..plan.clip().width_px {
                let value = luma[y as usize * stride + x as usize];
                if reveal.at(x, y) == Cell::Source {
                    (shown_sum, shown) = (shown_sum + f64::from(value), shown + 1.0);
                } else {
                    brightest_hidden = brightest_hidden.max(value);
                }
            }
        }
    }
    (brightest_hidden, shown_sum / shown)
}

async fn rendered(media: &MediaWorkers, plan: &Plan, clip: Vec<ClipPiece>) -> Result<CheckedFilm, RedactError> {
    media.render(plan, None, pieces(clip), |_, _| {}).await
}
