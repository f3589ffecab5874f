//! The closed room: no door opens, the kernel holds its limits, and a work that is given up leaves no process.

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, Instant},
};

use holdfast::{
    adapters::video::redaction::ClipPiece,
    domain::{recording::access_unit::VideoCodec, redaction::plan::ClipFacts},
};
use tokio::sync::mpsc;

use crate::{
    plan_of,
    recorded::{Shot, recorded},
    rendered, workers,
};

#[tokio::test(flavor = "multi_thread")]
async fn from_inside_the_sandbox_no_door_opens() {
    let (_scratch, media) = workers();
    let doors = media.doors().await.unwrap();
    assert!(doors.len() >= 8);
    for (door, opened) in doors {
        assert!(!opened, "it was possible to {door}");
    }
}

/// Processes that this one has started, as the kernel knows them.
fn children() -> BTreeSet<u32> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<u32>>()).collect()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn shot() -> (Vec<ClipPiece>, ClipFacts) {
    let (clip, frame_ticks) = recorded(&[Shot { codec: VideoCodec::H264, size_px: (200, 120), pictures: 24 }]);
    (clip, ClipFacts { width_px: 200, height_px: 120, frame_ticks, source_sha256: None })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kernel_limits_a_worker_and_giving_up_ends_it() {
    let (_scratch, media) = workers();
    let (clip, facts) = shot();
    let plan = plan_of(facts, (30, 20, 90, 70));
    let before = children();
    // A clip that never goes on: the worker waits for its next piece.
    let (sender, receiver) = mpsc::channel(2);
    sender.send(clip[0].clone()).await.unwrap();
    let (working, asked) = (media.clone(), plan.clone());
    let render = tokio::spawn(async move { working.render(&asked, None, receiver, |_, _| {}).await.map(|_| ()) });
    let worker = || children().difference(&before).copied().next();
    let fact = |file: &str, name: &str| {
        let text = fs::read_to_string(format!("/proc/{}/{file}", worker()?)).ok()?;
        text.lines().find_map(|line| line.strip_prefix(name).map(|rest| rest.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    until("the doors close", || fact("status", "Seccomp:").as_deref() == Some("2")).await;
    assert_eq!(fact("status", "NoNewPrivs:").as_deref(), Some("1"));
    let three_gib = (3_u64 << 30).to_string();
    for (limit, most) in [
        ("Max address space", format!("{three_gib} {three_gib} bytes")),
        ("Max cpu time", "144 144 seconds".to_owned()),
        ("Max file size", "0 0 bytes".to_owned()),
        ("Max open files", "64 64 files".to_owned()),
        ("Max core file size", "0 0 bytes".to_owned()),
    ] {
        assert_eq!(fact("limits", limit), Some(most), "{limit}");
    }
    let environment = fs::read_to_string(format!("/proc/{}/environ", worker().unwrap())).unwrap();
    let names: BTreeSet<&str> = environment.split('\0').filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert_eq!(names, BTreeSet::from(["GST_GL_PLATFORM", "GST_REGISTRY", "HOME", "ORC_CODE"]), "it inherits nothing");
    render.abort();
    assert!(render.await.unwrap_err().is_cancelled());
    until("the worker is gone", || children() == before).await;
    // Begun again, it gives the film that it gives each time.
    let again = rendered(&media, &plan, clip.clone()).await.unwrap();
    assert!(rendered(&media, &plan, clip).await.unwrap().bytes() == again.bytes());
    until("no worker outlives its film", || children() == before).await;
}
