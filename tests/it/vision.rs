//! Proposals for a redaction: without a model, with a damaged one, and on a real clip.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use holdfast::{
    adapters::vision::models::PERSON,
    domain::{
        instant::UtcInstant,
        redaction::{
            FrameIndex, Mode, Plan,
            doubt::DoubtReason,
            measure::{Truth, trial},
            plan::ClipFacts,
            region::revealed,
            tracking::{
                Observation, Scene,
                follow::follow,
                proposal::{Subject, propose},
            },
        },
    },
};

fn stills(folder: &Path, count: u8) {
    for number in 0..count {
        let still = image::RgbImage::from_fn(320, 240, |x, y| image::Rgb([(x % 200) as u8, (y % 200) as u8, number]));
        still.save(folder.join(format!("{number:03}.png"))).unwrap();
    }
}

fn propose_at_the_shell(input: &Path, models: &Path, plan: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.args(["redact", "propose", "--subject-at", "0,50,50", "--input"]).arg(input);
    command.arg("--models").arg(models).arg("--plan-out").arg(plan).output().unwrap()
}

#[test]
fn without_its_model_or_with_a_changed_bit_the_software_says_so_and_hides_everything() {
    let work = tempfile::tempdir().unwrap();
    let (clip, models, out) = (work.path().join("clip"), work.path().join("models"), work.path().join("plan.json"));
    std::fs::create_dir_all(&clip).unwrap();
    std::fs::create_dir_all(&models).unwrap();
    stills(&clip, 4);
    let all_hidden = |text: &str, said: &str| {
        assert!(text.contains("Nobody was looked for, because the person detector is"), "{text}");
        assert!(text.contains(said), "{text}");
        let plan = Plan::from_json(&std::fs::read_to_string(&out).unwrap()).unwrap();
        assert_eq!(plan.frame_count(), 4);
        assert!(plan.frames().all(|frame| !revealed(&plan, frame).shows_anything()));
        assert_eq!(plan.open_doubts().map(|doubt| doubt.why).collect::<Vec<_>>(), [DoubtReason::NotAnalysed]);
    };
    let absent = propose_at_the_shell(&clip, &models, &out);
    assert!(absent.status.success(), "{}", String::from_utf8_lossy(&absent.stderr));
    all_hidden(&String::from_utf8_lossy(&absent.stdout), "not installed");

    let file = models.join(PERSON.file);
    let bytes = installed_model().unwrap_or_else(|| vec![7; 4096]);
    std::fs::write(&file, bytes.iter().enumerate().map(|(at, byte)| if at == 999 { byte ^ 1 } else { *byte }).collect::<Vec<u8>>())
        .unwrap();
    let damaged = propose_at_the_shell(&clip, &models, &out);
    assert!(damaged.status.success());
    all_hidden(&String::from_utf8_lossy(&damaged.stdout), "damaged");
}

#[test]
fn a_clip_that_is_none_is_refused_in_words() {
    let work = tempfile::tempdir().unwrap();
    let broken = work.path().join("broken.mp4");
    std::fs::write(&broken, [0x55; 5000]).unwrap();
    for input in [broken, work.path().join("nowhere"), work.path().to_owned()] {
        let refused = propose_at_the_shell(&input, work.path(), &work.path().join("plan.json"));
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("The clip can't be used: ") && said.contains("Name a film"), "{said}");
    }
}

#[test]
fn a_frame_that_nothing_can_be_said_of_is_hidden_whole() {
    for (scene, why) in [
        (Scene::Cut, DoubtReason::Cut),
        (Scene::Light, DoubtReason::Light),
        (Scene::Moved, DoubtReason::CameraMoved),
        (Scene::NotAnalysed, DoubtReason::NotAnalysed),
    ] {
        let steady = Observation { scene: Scene::Steady, sightings: Vec::new(), motion: Default::default() };
        let mut observations = vec![steady; 9];
        observations[4].scene = scene;
        let clip = ClipFacts { width_px: 64, height_px: 48, frame_ticks: (0..9).collect(), source_sha256: None };
        let at = UtcInstant::from_unix_seconds(1);
        let proposal = propose(clip, &follow(&observations), Mode::MaskOthers, &Subject::default(), at).unwrap();
        for frame in 0..9 {
            let hidden = !revealed(&proposal.plan, FrameIndex(frame)).shows_anything();
            assert_eq!(hidden, (3..=5).contains(&frame), "{scene:?}, frame {frame}");
        }
        assert_eq!(proposal.plan.open_doubts().map(|doubt| doubt.why).collect::<Vec<_>>(), [why]);
    }
}

pub fn models_folder() -> PathBuf {
    std::env::var_os("HOLDFAST_MODELS").map_or_else(|| PathBuf::from("/var/lib/holdfast/models"), PathBuf::from)
}

pub fn installed_model() -> Option<Vec<u8>> {
    PERSON.load(&models_folder()).ok()
}

/// Frames of the held-out window that are looked at: a detector without optimisation is slow.
const FRAMES: std::ops::Range<u32> = 224..254;

#[test]
fn on_a_real_clip_untouched_proposals_show_nobody_but_the_subject() {
    let footage = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/footage");
    let (film, boxes) = (footage.join("vtest.avi"), footage.join("vtest.gt.txt"));
    if installed_model().is_none() || !film.exists() {
        println!("Skipped: the detector's model (make models) or the footage in ../shared/footage is not there.");
        return;
    }
    let work = tempfile::tempdir().unwrap();
    let cut = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&film)
        .args(["-vf", &format!("select=between(n\\,{}\\,{})", FRAMES.start, FRAMES.end - 1), "-fps_mode", "passthrough"])
        .arg(work.path().join("%04d.png"))
        .status()
        .unwrap();
    assert!(cut.success());
    let looked = holdfast::jobs::propose::look(work.path(), Some(&models_folder()), &mut |_| ()).unwrap();
    let mut truth = Truth::parse(&std::fs::read_to_string(boxes).unwrap()).unwrap();
    truth.frames = truth.frames.into_iter().filter(|(frame, _)| FRAMES.contains(frame)).map(|(at, all)| (at - FRAMES.start, all)).collect();
    let followed = follow(&looked.seen.observations);
    let trials = trial::trials(&looked.clip, &followed, &truth, UtcInstant::from_unix_seconds(1)).unwrap();
    let exposures: Vec<_> = trials.iter().flat_map(|trial| &trial.untouched).collect();
    assert!(exposures.len() > 100 && exposures.iter().any(|exposure| exposure.shown()), "somebody is shown");
    assert_eq!(exposures.iter().filter(|exposure| exposure.wrong_person).count(), 0);
    assert_eq!(exposures.iter().map(|exposure| exposure.heads_exposed).sum::<u32>(), 0);
}
