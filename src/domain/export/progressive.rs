//! A plain MP4 that plays everywhere: `ftyp`, `moov`, then the access units in one `mdat`.
//!
//! The tables come from the segments' indexes, so the head can be written before any picture is
//! read, and the pictures go through once, untouched.

use bytes::Bytes;
use mp4_atom::{
    Co64, Ctts, CttsEntry, Encode, FourCC, Ftyp, Moov, Mvhd, Stbl, Stco, Stsc, StscEntry, Stss, Stsz, StszSamples, Stts, SttsEntry,
};

use crate::domain::{
    instant::{MEDIA_TICKS_PER_SECOND, UtcInstant},
    recording::{
        access_unit::{CodecParameters, Dependence},
        fragment::{BoxError, video_track},
        index::Sample,
    },
};

/// Seconds from 1904-01-01, where MP4 counts from, to 1970-01-01.
const EPOCH_1904_SECONDS: i64 = 2_082_844_800;

/// The samples of one fragment, which stay one chunk of the file.
pub struct Chunk<'a> {
    pub start_ticks: i64,
    pub samples: &'a [Sample],
}

/// Everything before the first picture's bytes.
#[derive(Clone, Debug)]
pub struct Head {
    pub bytes: Bytes,
    /// Length of the whole file.
    pub file_bytes: u64,
    pub frames: u64,
    pub duration_ticks: u64,
}

/// Builds the head of a file whose `mdat` will hold the chunks' samples in order.
pub fn head(parameters: &CodecParameters, chunks: &[Chunk<'_>]) -> Result<Head, BoxError> {
    let start_ticks = chunks.first().ok_or(BoxError::Shape("no pictures"))?.start_ticks;
    let mut tables = Tables::default();
    for (number, chunk) in chunks.iter().enumerate() {
        tables.add(chunk, chunks.get(number + 1).map(|next| next.start_ticks));
    }
    let payload: u64 = tables.chunk_bytes.iter().sum();
    let ftyp = Ftyp {
        major_brand: FourCC::new(b"isom"),
        minor_version: 512,
        compatible_brands: [b"isom", b"iso2", b"mp41"].into_iter().map(FourCC::new).collect(),
    };
    let mdat_header = if payload + 8 > u64::from(u32::MAX) { 16 } else { 8 };
    // The offsets' values don't change the moov's length, only their width does.
    let wide = payload > 3 << 30;
    let mut measured = Vec::new();
    ftyp.encode(&mut measured)?;
    movie(parameters, &tables, start_ticks, 0, wide)?.encode(&mut measured)?;
    let payload_start = measured.len() as u64 + mdat_header;
    let mut bytes = Vec::with_capacity(payload_start as usize);
    ftyp.encode(&mut bytes)?;
    movie(parameters, &tables, start_ticks, payload_start, wide)?.encode(&mut bytes)?;
    if mdat_header == 16 {
        bytes.extend_from_slice(&1u32.to_be_bytes());
        bytes.extend_from_slice(b"mdat");
        bytes.extend_from_slice(&(payload + 16).to_be_bytes());
    } else {
        bytes.extend_from_slice(&(payload as u32 + 8).to_be_bytes());
        bytes.extend_from_slice(b"mdat");
    }
    debug_assert_eq!(bytes.len() as u64, payload_start);
    Ok(Head {
        file_bytes: payload_start + payload,
        frames: tables.sizes.len() as u64,
        duration_ticks: tables.duration_ticks,
        bytes: bytes.into(),
    })
}

#[derive(Default)]
struct Tables {
    sizes: Vec<u32>,
    durations: Vec<SttsEntry>,
    offsets: Vec<CttsEntry>,
    keys: Vec<u32>,
    chunk_samples: Vec<u32>,
    chunk_bytes: Vec<u64>,
    duration_ticks: u64,
}

impl Tables {
    fn add(&mut self, chunk: &Chunk<'_>, next_start: Option<i64>) {
        let mut at = chunk.start_ticks;
        for (number, sample) in chunk.samples.iter().enumerate() {
            let is_last = number + 1 == chunk.samples.len();
            // The last picture before another segment takes up the few milliseconds between them.
            let duration = match next_start.filter(|_| is_last) {
                Some(next) => u32::try_from((next - at).max(1)).unwrap_or(sample.duration_ticks),
                None => sample.duration_ticks,
            };
            at += i64::from(duration);
            self.sizes.push(sample.size_bytes);
            if sample.dependence == Dependence::RandomAccess {
                self.keys.push(self.sizes.len() as u32);
            }
            match self.durations.last_mut().filter(|entry| entry.sample_delta == duration) {
                Some(entry) => entry.sample_count += 1,
                None => self.durations.push(SttsEntry { sample_count: 1, sample_delta: duration }),
            }
            let offset = i64::from(sample.composition_offset_ticks);
            match self.offsets.last_mut().filter(|entry| entry.sample_offset == offset) {
                Some(entry) => entry.sample_count += 1,
                None => self.offsets.push(CttsEntry { sample_count: 1, sample_offset: offset }),
            }
            self.duration_ticks += u64::from(duration);
        }
        self.chunk_samples.push(chunk.samples.len() as u32);
        self.chunk_bytes.push(chunk.samples.iter().map(|sample| u64::from(sample.size_bytes)).sum());
    }

    fn chunk_map(&self) -> Vec<StscEntry> {
        let mut map: Vec<StscEntry> = Vec::new();
        for (number, samples) in self.chunk_samples.iter().enumerate() {
            if map.last().is_none_or(|last| last.samples_per_chunk != *samples) {
                map.push(StscEntry { first_chunk: number as u32 + 1, samples_per_chunk: *samples, sample_description_index: 1 });
            }
        }
        map
    }
}

fn movie(parameters: &CodecParameters, tables: &Tables, start_ticks: i64, payload_start: u64, wide: bool) -> Result<Moov, BoxError> {
    let starts = tables.chunk_bytes.iter().scan(payload_start, |at, bytes| {
        let start = *at;
        *at += bytes;
        Some(start)
    });
    let reordered = tables.offsets.iter().any(|entry| entry.sample_offset != 0);
    let mut stbl = Stbl {
        stts: Stts { entries: tables.durations.clone() },
        ctts: reordered.then(|| Ctts { entries: tables.offsets.clone() }),
        stss: Some(Stss { entries: tables.keys.clone() }),
        stsc: Stsc { entries: tables.chunk_map() },
        stsz: Stsz { samples: StszSamples::Different { sizes: tables.sizes.clone() } },
        ..Stbl::default()
    };
    if wide {
        stbl.co64 = Some(Co64 { entries: starts.collect() });
    } else {
        stbl.stco = Some(Stco { entries: starts.map(|start| start as u32).collect() });
    }
    let mut track = video_track(parameters, stbl)?;
    let created = UtcInstant::from_media_ticks(start_ticks).unix_nanos() / 1_000_000_000 + EPOCH_1904_SECONDS;
    let created = u64::try_from(created).unwrap_or(0);
    track.tkhd.creation_time = created;
    track.tkhd.modification_time = created;
    track.tkhd.duration = tables.duration_ticks;
    track.mdia.mdhd.creation_time = created;
    track.mdia.mdhd.modification_time = created;
    track.mdia.mdhd.duration = tables.duration_ticks;
    Ok(Moov {
        mvhd: Mvhd {
            creation_time: created,
            modification_time: created,
            timescale: MEDIA_TICKS_PER_SECOND as u32,
            duration: tables.duration_ticks,
            rate: 1.into(),
            volume: 0.into(),
            matrix: Default::default(),
            next_track_id: 2,
        },
        trak: vec![track],
        mvex: None,
        meta: None,
        udta: None,
        ainf: None,
    })
}
