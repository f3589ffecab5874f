//! Fragments: `moof` + `mdat` for one video track, and the init segment they need (CMAF, ISO/IEC
//! 23000-19). Access units go in byte for byte.
//!
//! `tfdt` counts 90 kHz ticks since the Unix epoch, so a player's time line is UTC. Parsing refuses
//! anything but our own shape. Next: `cutter` decides where fragments end, `seal` encrypts them.

use bytes::Bytes;
use mp4_atom::{
    Codec, Decode, DecodeMaybe, Dinf, Dref, DrefEntry, Encode, FourCC, Ftyp, Hdlr, Mdhd, Mdia, Mfhd, Minf, Moof, Moov, Mvex, Mvhd, Stbl,
    Stsd, Tfdt, Tfhd, Tkhd, Traf, Trak, Trex, Trun, TrunEntry, TrunSamples, Url, Vmhd,
};

use super::{
    access_unit::{CodecParameters, Dependence, VideoCodec},
    index::Sample,
};
use crate::domain::instant::MEDIA_TICKS_PER_SECOND;

const TRACK_ID: u32 = 1;
/// ISO/IEC 14496-12 section 8.8.3.1: depends on no other sample.
const FLAGS_KEY: u32 = 0x0200_0000;
/// Depends on others, and is not a sync sample.
const FLAGS_DEPENDENT: u32 = 0x0101_0000;
const MDAT_HEADER_LEN: usize = 8;

/// A fragment's bytes and where its samples begin in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedFragment {
    pub bytes: Vec<u8>,
    pub payload_offset: u32,
}

/// A piece of a stream of fragments, in the order in which a player must get them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `ftyp` + `moov`: other parameters from here on. `mime` is for `MediaSource.isTypeSupported`.
    Init { init: Bytes, mime: String },
    /// `moof` + `mdat`.
    Fragment(Bytes),
}

/// Boxes that could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BoxError {
    #[error("the sample entry is not one avc1 or hvc1 box")]
    SampleEntry,
    #[error("a fragment needs one to {limit} access units and at most 4 GiB")]
    Size { limit: usize },
    #[error("not a fragment or init segment of Holdfast's shape: {0}")]
    Shape(&'static str),
    #[error("box could not be coded: {0}")]
    Coding(#[from] mp4_atom::Error),
}

/// No fragment holds more samples than this; half a second at 240 frames a second is 120.
pub const SAMPLES_MAX: usize = 4096;

/// The MIME type of what [`init_segment`] and [`fragment`] make.
pub fn mime(parameters: &CodecParameters) -> String {
    format!("video/mp4; codecs=\"{}\"", parameters.rfc6381)
}

/// `ftyp` + `moov` for fragments of these parameters.
pub fn init_segment(parameters: &CodecParameters) -> Result<Bytes, BoxError> {
    let moov = Moov {
        mvhd: movie_header(),
        mvex: Some(Mvex {
            mehd: None,
            trex: vec![Trex {
                track_id: TRACK_ID,
                default_sample_description_index: 1,
                default_sample_duration: 0,
                default_sample_size: 0,
                default_sample_flags: 0,
            }],
        }),
        trak: vec![video_track(parameters, Stbl::default())?],
        meta: None,
        udta: None,
        ainf: None,
    };
    let mut out = Vec::with_capacity(1024);
    Ftyp {
        major_brand: FourCC::new(b"iso6"),
        minor_version: 0,
        compatible_brands: vec![FourCC::new(b"iso6"), FourCC::new(b"cmfc"), FourCC::new(b"mp41")],
    }
    .encode(&mut out)?;
    moov.encode(&mut out)?;
    Ok(out.into())
}

fn movie_header() -> Mvhd {
    Mvhd {
        creation_time: 0,
        modification_time: 0,
        timescale: MEDIA_TICKS_PER_SECOND as u32,
        duration: 0,
        rate: 1.into(),
        volume: 0.into(),
        matrix: Default::default(),
        next_track_id: TRACK_ID + 1,
    }
}

/// The one video track of a movie, with the parameters' sample entry put into `stbl`.
pub fn video_track(parameters: &CodecParameters, mut stbl: Stbl) -> Result<Trak, BoxError> {
    let entry = Codec::decode(&mut parameters.sample_entry.as_ref()).map_err(|_| BoxError::SampleEntry)?;
    match (&entry, parameters.codec) {
        (Codec::Avc1(_), VideoCodec::H264) | (Codec::Hvc1(_), VideoCodec::H265) => {}
        _ => return Err(BoxError::SampleEntry),
    }
    stbl.stsd = Stsd { codecs: vec![entry] };
    let side = |px: u32| u16::try_from(px).unwrap_or(u16::MAX).into();
    Ok(Trak {
        tkhd: Tkhd {
            track_id: TRACK_ID,
            enabled: true,
            in_movie: true,
            width: side(parameters.width_px),
            height: side(parameters.height_px),
            ..Tkhd::default()
        },
        mdia: Mdia {
            mdhd: Mdhd { timescale: MEDIA_TICKS_PER_SECOND as u32, language: "und".into(), ..Mdhd::default() },
            hdlr: Hdlr { handler: FourCC::new(b"vide"), name: "Holdfast".into() },
            minf: Minf {
                vmhd: Some(Vmhd::default()),
                dinf: Dinf { dref: Dref { entries: vec![DrefEntry::Url(Url { location: String::new() })] } },
                stbl,
                ..Minf::default()
            },
        },
        ..Trak::default()
    })
}

/// One fragment from access units in decode order.
pub fn fragment(sequence_number: u32, start_ticks: i64, access_units: &[(Sample, Bytes)]) -> Result<EncodedFragment, BoxError> {
    let head = fragment_head(sequence_number, start_ticks, access_units)?;
    let payload: usize = access_units.iter().map(|(_, data)| data.len()).sum();
    let payload_offset = head.len() as u32;
    let mut bytes = head;
    bytes.reserve_exact(payload);
    for (_, data) in access_units {
        bytes.extend_from_slice(data);
    }
    Ok(EncodedFragment { bytes, payload_offset })
}

/// A fragment up to its first access unit; the rest is the access units' bytes, in order.
pub fn fragment_head(sequence_number: u32, start_ticks: i64, access_units: &[(Sample, Bytes)]) -> Result<Vec<u8>, BoxError> {
    let payload: usize = access_units.iter().map(|(_, data)| data.len()).sum();
    let mdat_len = u32::try_from(payload + MDAT_HEADER_LEN).map_err(|_| BoxError::Size { limit: SAMPLES_MAX })?;
    if access_units.is_empty() || access_units.len() > SAMPLES_MAX {
        return Err(BoxError::Size { limit: SAMPLES_MAX });
    }
    let mut moof = moof(sequence_number, start_ticks, access_units.iter().map(|(sample, _)| sample));
    let mut out = Vec::with_capacity(160 + 16 * access_units.len());
    moof.encode(&mut out)?;
    // The data offset is counted from the start of moof, whose length it doesn't change.
    moof.traf[0].trun[0].data_offset = i32::try_from(out.len() + MDAT_HEADER_LEN).ok();
    out.clear();
    moof.encode(&mut out)?;
    out.extend_from_slice(&mdat_len.to_be_bytes());
    out.extend_from_slice(b"mdat");
    Ok(out)
}

/// What all samples have in common is said once, for the track: that halves the box.
fn moof<'a>(sequence_number: u32, start_ticks: i64, samples: impl Iterator<Item = &'a Sample> + Clone) -> Moof {
    let duration_of_all = shared(samples.clone().map(|sample| sample.duration_ticks));
    let flags_of_all = shared(samples.clone().map(flags));
    let is_reordered = samples.clone().any(|sample| sample.composition_offset_ticks != 0);
    let entries = samples
        .map(|sample| TrunEntry {
            duration: duration_of_all.is_none().then_some(sample.duration_ticks),
            size: Some(sample.size_bytes),
            flags: flags_of_all.is_none().then_some(flags(sample)),
            cts: is_reordered.then_some(i64::from(sample.composition_offset_ticks)),
        })
        .collect();
    let tfhd = Tfhd {
        track_id: TRACK_ID,
        default_sample_duration: duration_of_all,
        default_sample_flags: flags_of_all,
        default_base_is_moof: true,
        ..Tfhd::default()
    };
    Moof {
        mfhd: Mfhd { sequence_number },
        traf: vec![Traf {
            tfhd,
            tfdt: Some(Tfdt { base_media_decode_time: start_ticks.max(0) as u64 }),
            trun: vec![Trun { data_offset: Some(0), samples: TrunSamples::Explicit(entries) }],
            ..Traf::default()
        }],
    }
}

const fn flags(sample: &Sample) -> u32 {
    match sample.dependence {
        Dependence::RandomAccess => FLAGS_KEY,
        Dependence::Dependent => FLAGS_DEPENDENT,
    }
}

/// The value that all have, if they have one.
fn shared(mut values: impl Iterator<Item = u32>) -> Option<u32> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// What a fragment of ours says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedFragment {
    pub start_ticks: i64,
    pub samples: Vec<Sample>,
    pub payload_offset: u32,
}

/// Reads back what [`fragment`] wrote: used on torn segments, whose final index is missing.
pub fn parse_fragment(bytes: &[u8]) -> Result<ParsedFragment, BoxError> {
    let mut rest = bytes;
    let moof = Moof::decode_maybe(&mut rest)?.ok_or(BoxError::Shape("no moof"))?;
    let moof_len = bytes.len() - rest.len();
    let [traf] = moof.traf.as_slice() else { return Err(BoxError::Shape("not one track")) };
    let [trun] = traf.trun.as_slice() else { return Err(BoxError::Shape("not one run")) };
    let start = traf.tfdt.as_ref().ok_or(BoxError::Shape("no decode time"))?.base_media_decode_time;
    let start_ticks = i64::try_from(start).map_err(|_| BoxError::Shape("decode time"))?;
    let mut samples = Vec::with_capacity(trun.samples.len().min(SAMPLES_MAX));
    let mut payload: u64 = 0;
    for entry in trun.samples.iter().take(SAMPLES_MAX + 1) {
        let duration = entry.duration.or(traf.tfhd.default_sample_duration);
        let (Some(duration_ticks), Some(size_bytes), Some(flags)) = (duration, entry.size, entry.flags.or(traf.tfhd.default_sample_flags))
        else {
            return Err(BoxError::Shape("sample without size, duration or flags"));
        };
        let composition_offset_ticks = i32::try_from(entry.cts.unwrap_or(0)).map_err(|_| BoxError::Shape("composition offset"))?;
        let dependence = if flags == FLAGS_KEY { Dependence::RandomAccess } else { Dependence::Dependent };
        payload += u64::from(size_bytes);
        samples.push(Sample { size_bytes, duration_ticks, composition_offset_ticks, dependence });
    }
    let mdat_fits = rest.len() as u64 == payload + MDAT_HEADER_LEN as u64 && rest.get(4..8) == Some(b"mdat");
    if samples.is_empty() || samples.len() > SAMPLES_MAX || !mdat_fits {
        return Err(BoxError::Shape("mdat doesn't hold the samples"));
    }
    Ok(ParsedFragment { start_ticks, samples, payload_offset: (moof_len + MDAT_HEADER_LEN) as u32 })
}

/// Reads back what [`init_segment`] wrote.
pub fn parse_init_segment(bytes: &[u8]) -> Result<CodecParameters, BoxError> {
    let mut rest = bytes;
    Ftyp::decode_maybe(&mut rest)?.ok_or(BoxError::Shape("no ftyp"))?;
    let moov = Moov::decode_maybe(&mut rest)?.ok_or(BoxError::Shape("no moov"))?;
    let entry = moov.trak.first().and_then(|trak| trak.mdia.minf.stbl.stsd.codecs.first()).ok_or(BoxError::SampleEntry)?;
    let (codec, rfc6381, visual) = match entry {
        Codec::Avc1(avc1) => {
            let avcc = &avc1.avcc;
            let profile =
                format!("avc1.{:02x}{:02x}{:02x}", avcc.avc_profile_indication, avcc.profile_compatibility, avcc.avc_level_indication);
            (VideoCodec::H264, profile, &avc1.visual)
        }
        Codec::Hvc1(hvc1) => (VideoCodec::H265, hevc_rfc6381(&hvc1.hvcc), &hvc1.visual),
        _ => return Err(BoxError::SampleEntry),
    };
    let mut sample_entry = Vec::new();
    entry.encode(&mut sample_entry)?;
    Ok(CodecParameters {
        codec,
        rfc6381,
        width_px: u32::from(visual.width),
        height_px: u32::from(visual.height),
        sample_entry: sample_entry.into(),
    })
}

/// ISO/IEC 14496-15 annex E.3.
fn hevc_rfc6381(hvcc: &mp4_atom::Hvcc) -> String {
    let space = ["", "A", "B", "C"][usize::from(hvcc.general_profile_space & 3)];
    let tier = if hvcc.general_tier_flag { 'H' } else { 'L' };
    let compatibility = u32::from_be_bytes(hvcc.general_profile_compatibility_flags).reverse_bits();
    let mut text = format!("hvc1.{space}{}.{compatibility:X}.{tier}{}", hvcc.general_profile_idc, hvcc.general_level_idc);
    let constraints = hvcc.general_constraint_indicator_flags;
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    for byte in &constraints[..used] {
        text.push_str(&format!(".{byte:X}"));
    }
    text
}
