//! Films of clips of every kind: files, recordings, stills; odd sizes, 4K, another size in the middle.

use std::{collections::BTreeSet, fs, path::Path};

use bytes::Bytes;
use holdfast::{
    adapters::video::redaction::{ClipPiece, Painting, RedactError, RedactFailure},
    domain::{
        recording::access_unit::VideoCodec,
        redaction::{film, plan::ClipFacts},
    },
};

use crate::{
    H264, H265, decoded, drawn, file, pieces, plan_of,
    recorded::{Shot, recorded},
    rendered, seen, workers,
};

/// Hidden luma is black (16), give or take what an encoder does beside bright noise.
const HIDDEN_LUMA_MAX: u8 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hidden_is_in_the_film_of_h264_or_h265() {
    let (scratch, media) = workers();
    for chain in [H264, H265] {
        let clip = drawn(scratch.path(), chain);
        let facts = media.survey(pieces(file(&clip))).await.unwrap();
        assert_eq!((facts.width_px, facts.height_px, facts.frame_ticks.len()), (200, 120, 24), "{chain}");
        let plan = plan_of(facts, (30, 20, 90, 70));
        let made = rendered(&media, &plan, file(&clip)).await.unwrap();
        assert_eq!(made.undecoded(), 0);
        film::is_bare(made.bytes()).unwrap();
        let (boxes, units) = made_of(made.bytes());
        assert_eq!((boxes, units), (MADE_OF.map(str::to_owned).to_vec(), BTreeSet::from([1, 5])), "{chain}");
        assert!(!made.bytes().windows(4).any(|window| window == b"x264"), "the encoder's name is in it");
        let (brightest_hidden, shown_mean) = seen(&plan, made.bytes());
        assert!(brightest_hidden < HIDDEN_LUMA_MAX, "{chain}: {brightest_hidden}");
        assert!(shown_mean > 100.0, "{chain}: the revealed part is not there: {shown_mean}");
        // The same film under a plan that hides more is refused.
        let less = plan_of(plan.clip().clone(), (30, 20, 40, 70));
        let checked = media.check(Painting { plan: less.to_json(), plate: None }, made.bytes(), |_, _| {}).await;
        assert!(matches!(checked, Err(RedactError::Refused(RedactFailure::Leak { .. }))), "{checked:?}");
        // So is another clip under this plan.
        let mut other = clip.clone();
        let last = other.len() - 1;
        other[last] ^= 1;
        assert!(rendered(&media, &plan, file(&other)).await.is_err());
    }
}

/// All that a film is made of, and in its data slices of key pictures and of others (ITU-T H.264, table 7-1).
const MADE_OF: [&str; 20] = [
    "dinf", "dref", "ftyp", "hdlr", "mdat", "mdhd", "mdia", "minf", "moov", "mvhd", "stbl", "stco", "stsc", "stsd", "stss", "stsz", "stts",
    "tkhd", "trak", "vmhd",
];

/// The names of a film's boxes in order of the alphabet, each as often as it is there, and the types of the NAL
/// units in its data.
fn made_of(film: &[u8]) -> (Vec<String>, BTreeSet<u8>) {
    let (mut names, mut units, mut waiting) = (Vec::new(), BTreeSet::new(), vec![film]);
    let length = |bytes: &[u8]| usize::try_from(u32::from_be_bytes(bytes[..4].try_into().unwrap())).unwrap();
    while let Some(mut rest) = waiting.pop() {
        while !rest.is_empty() {
            let (whole, after) = rest.split_at(length(rest));
            let name = String::from_utf8_lossy(&whole[4..8]).into_owned();
            let mut body = &whole[8..];
            match name.as_str() {
                "moov" | "trak" | "mdia" | "minf" | "dinf" | "stbl" | "edts" | "udta" => waiting.push(body),
                "mdat" => {
                    while !body.is_empty() {
                        units.insert(body[4] & 0x1f);
                        body = &body[4 + length(body)..];
                    }
                }
                _ => {}
            }
            names.push(name);
            rest = after;
        }
    }
    names.sort();
    (names, units)
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_odd_and_changing_size_are_hidden_where_they_should_be() {
    let (_scratch, media) = workers();
    let png = |width: u32, height: u32| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(width, height, image::Rgb([250, 240, 230])).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        ClipPiece::Picture(bytes.into_inner().into())
    };
    // The third is of another size, the fourth is no picture.
    let clip = vec![png(101, 67), png(101, 67), png(64, 48), ClipPiece::Picture(Bytes::from_static(b"nonsense")), png(101, 67)];
    let facts = media.survey(pieces(clip.clone())).await.unwrap();
    assert_eq!((facts.width_px, facts.height_px, facts.frame_ticks.len()), (101, 67, 5));
    let plan = plan_of(facts, (40, 20, 200, 200));
    let made = rendered(&media, &plan, clip).await.unwrap();
    let pictures = decoded(made.bytes());
    let bright = |frame: usize, x: usize, y: usize| pictures[frame].1[y * pictures[frame].0 + x] > 150;
    for frame in [0, 1, 4] {
        assert!(bright(frame, 70, 50) && bright(frame, 100, 66), "the edges of the picture are within the reveal");
        assert!(!bright(frame, 44, 50), "the reveal begins at the next cell of the grid");
    }
    for frame in [2, 3] {
        assert!((0..67).all(|y| (0..101).all(|x| !bright(frame, x, y))), "frame {frame} is hidden whole");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_clip_keeps_its_plan() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/footage/vtest.avi");
    let Ok(clip) = fs::read(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return;
    };
    let (_scratch, media) = workers();
    let facts = media.survey(pieces(file(&clip))).await.unwrap();
    assert_eq!((facts.width_px, facts.height_px, facts.frame_ticks.len()), (768, 576, 795));
    let plan = plan_of(facts, (200, 100, 300, 200));
    let made = rendered(&media, &plan, file(&clip)).await.unwrap();
    assert_eq!(made.undecoded(), 0);
    film::is_bare(made.bytes()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cameras_recording_keeps_its_plan_in_both_codecs_at_sizes_that_no_block_fits() {
    let (_scratch, media) = workers();
    for (codec, size_px) in [(VideoCodec::H264, (202, 118)), (VideoCodec::H265, (216, 136))] {
        let (clip, frame_ticks) = recorded(&[Shot { codec, size_px, pictures: 24 }]);
        let facts = ClipFacts { width_px: size_px.0, height_px: size_px.1, frame_ticks, source_sha256: None };
        let plan = plan_of(facts, (30, 20, 90, 70));
        let made = rendered(&media, &plan, clip).await.unwrap();
        assert_eq!(made.undecoded(), 0, "{codec:?}");
        let (brightest_hidden, shown_mean) = seen(&plan, made.bytes());
        assert!(brightest_hidden < HIDDEN_LUMA_MAX && shown_mean > 100.0, "{codec:?}: {brightest_hidden}, {shown_mean}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_another_size_or_codec_from_the_middle_on_is_hidden_whole_and_counted() {
    let (_scratch, media) = workers();
    let first = Shot { codec: VideoCodec::H264, size_px: (200, 120), pictures: 10 };
    for other in [Shot { size_px: (320, 240), ..first }, Shot { codec: VideoCodec::H265, ..first }] {
        let (clip, frame_ticks) = recorded(&[first, other]);
        let plan = plan_of(ClipFacts { width_px: 200, height_px: 120, frame_ticks, source_sha256: None }, (0, 0, 200, 120));
        let made = rendered(&media, &plan, clip).await.unwrap();
        assert_eq!(made.undecoded(), 10, "{other:?}");
        let mean = |(stride, luma): &(usize, Vec<u8>)| {
            let rows = luma.chunks(*stride).take(120).flat_map(|row| &row[..200]);
            rows.map(|luma| u32::from(*luma)).sum::<u32>() / (200 * 120)
        };
        let brightness: Vec<u32> = decoded(made.bytes()).iter().map(mean).collect();
        assert_eq!(brightness.len(), 20);
        assert!(brightness[..10].iter().all(|luma| *luma > 100) && brightness[10..].iter().all(|luma| *luma < 20), "{brightness:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_4k_recording_fits_into_the_workers_room() {
    let (_scratch, media) = workers();
    let (clip, frame_ticks) = recorded(&[Shot { codec: VideoCodec::H264, size_px: (3_840, 2_160), pictures: 4 }]);
    let plan = plan_of(ClipFacts { width_px: 3_840, height_px: 2_160, frame_ticks, source_sha256: None }, (1_000, 500, 800, 900));
    let made = rendered(&media, &plan, clip).await.unwrap();
    let (brightest_hidden, shown_mean) = seen(&plan, made.bytes());
    assert!(brightest_hidden < HIDDEN_LUMA_MAX && shown_mean > 100.0, "{brightest_hidden}, {shown_mean}");
}
