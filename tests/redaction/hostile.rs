//! Bitstreams bent on harm: no film that leaks comes of them, and the next clip is done as if nothing were.

use bytes::Bytes;
use holdfast::{
    adapters::video::redaction::ClipPiece,
    domain::{
        recording::{access_unit::VideoCodec, fragment},
        redaction::plan::ClipFacts,
    },
};

use crate::{
    H264, drawn, file, pieces, plan_of,
    recorded::{Shot, recorded},
    rendered, seen, workers,
};

/// The same numbers each time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    /// Turns `count` bits around.
    fn bend(&mut self, bytes: &mut [u8], count: usize) {
        for _ in 0..count {
            let at = self.below(bytes.len());
            bytes[at] ^= 1 << self.below(8);
        }
    }
}

const SEED: u64 = 0x2545_f491_4f6c_dd1d;
/// Hidden luma is black (16), give or take what an encoder does beside bright noise.
const HIDDEN_LUMA_MAX: u8 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_bent_on_harm_gives_no_film_that_leaks_and_hurts_nobody_else() {
    let (scratch, media) = workers();
    let whole = drawn(scratch.path(), H264);
    let facts = media.survey(pieces(file(&whole))).await.unwrap();
    let plan = plan_of(ClipFacts { source_sha256: None, ..facts }, (30, 20, 90, 70));
    let mut dice = Dice(SEED);
    let mut films = 0;
    for round in 0..6 {
        let mut bent = whole.clone();
        dice.bend(&mut bent, 1 << (2 * round));
        if let Ok(made) = rendered(&media, &plan, file(&bent)).await {
            films += 1;
            assert!(seen(&plan, made.bytes()).0 < HIDDEN_LUMA_MAX, "round {round}");
        }
    }
    assert!(films > 0, "a few flipped bits leave most of a clip");
    for share in [1, 2, 3] {
        if let Ok(made) = rendered(&media, &plan, file(&whole[..whole.len() * share / 4])).await {
            assert!(seen(&plan, made.bytes()).0 < HIDDEN_LUMA_MAX, "cut at {share} quarters");
        }
    }
    let mut noise = b"RIFF\0\0\0\0AVI ".to_vec();
    noise.extend((0..9_000).map(|_| u8::try_from(dice.below(256)).unwrap()));
    for junk in [noise, b"hello".to_vec(), Vec::new()] {
        assert!(rendered(&media, &plan, file(&junk)).await.is_err());
    }
    assert!(rendered(&media, &plan, file(&whole)).await.is_ok(), "the next clip is done by a new worker");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_sends_what_no_decoder_expects_shows_nothing_of_what_is_hidden() {
    let (_scratch, media) = workers();
    let mut dice = Dice(SEED);
    for codec in [VideoCodec::H264, VideoCodec::H265] {
        let shot = Shot { codec, size_px: (200, 120), pictures: 24 };
        let (whole, frame_ticks) = recorded(&[shot]);
        let plan = plan_of(ClipFacts { width_px: 200, height_px: 120, frame_ticks, source_sha256: None }, (30, 20, 90, 70));
        // One bit, some, most; then nothing but noise where slices should be.
        for bits in [1, 30, 1_000, 100_000] {
            let bent = whole.iter().map(|piece| match piece {
                ClipPiece::Fragment(bytes) => ClipPiece::Fragment(bent(bytes, bits, &mut dice)),
                other => other.clone(),
            });
            match rendered(&media, &plan, bent.collect()).await {
                Ok(made) => assert!(seen(&plan, made.bytes()).0 < HIDDEN_LUMA_MAX, "{codec:?}, {bits} bits"),
                Err(error) => println!("{codec:?}, {bits} bits: {error}"),
            }
        }
        // Pieces are missing, doubled, out of order.
        let fragments = whole.len() - 1;
        let orders: [Vec<usize>; 3] =
            [vec![0, fragments], [0, 1, 1, 2].to_vec(), (0..=fragments).map(|at| if at == 0 { 0 } else { fragments + 1 - at }).collect()];
        for order in orders {
            let pieces: Vec<ClipPiece> = order.iter().map(|at| whole[*at].clone()).collect();
            match rendered(&media, &plan, pieces).await {
                Ok(made) => assert!(seen(&plan, made.bytes()).0 < HIDDEN_LUMA_MAX && made.undecoded() > 0, "{codec:?}, {order:?}"),
                Err(error) => println!("{codec:?}, {order:?}: {error}"),
            }
        }
        assert_eq!(rendered(&media, &plan, whole).await.unwrap().undecoded(), 0, "the next clip is done by a new worker");
    }
}

/// The same boxes around other slices.
fn bent(bytes: &Bytes, bits: usize, dice: &mut Dice) -> Bytes {
    let slices = fragment::parse_fragment(bytes).unwrap().payload_offset as usize;
    let mut bent = bytes.to_vec();
    dice.bend(&mut bent[slices..], bits);
    bent.into()
}
