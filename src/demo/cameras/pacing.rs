//! Sends every camera's access units when they are due, from one thread.
//!
//! A camera runs whether or not anybody listens: the number of a frame follows from the time since
//! the start, so a recorder that comes back finds that it has missed some. After a pause of the whole
//! process (a stopped camera) the clip begins again at its key frame and the numbers jump. Next:
//! `server` attaches and detaches the listeners.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc, thread, time::Duration};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app::AppSrc;
use parking_lot::Mutex;

use super::{
    Numbering,
    clip::Clip,
    frame_number::{FrameNumber, offset_of_first_slice},
};
use crate::adapters::clock;

/// Behind by more than this, frames are skipped instead of sent late.
const LONGEST_DELAY_NANOS: i64 = 1_000_000_000;

/// One camera: its clip and whoever listens.
pub struct Track {
    clip: Arc<Clip>,
    numbering: Numbering,
    listeners: Mutex<Vec<Listener>>,
}

struct Listener {
    source: AppSrc,
    /// Frame number and pipeline time of the first frame it was given.
    began: Option<(u64, gst::ClockTime)>,
}

impl Track {
    pub fn new(clip: Arc<Clip>, numbering: Numbering) -> Self {
        Self { clip, numbering, listeners: Mutex::default() }
    }

    pub fn clip(&self) -> &Clip {
        &self.clip
    }

    pub fn attach(&self, source: AppSrc) {
        source.set_caps(Some(&self.clip.caps));
        self.listeners.lock().push(Listener { source, began: None });
    }

    pub fn detach(&self, source: &AppSrc) {
        self.listeners.lock().retain(|listener| &listener.source != source);
    }

    fn send(&self, number: u64, position: usize) {
        let mut listeners = self.listeners.lock();
        if listeners.is_empty() {
            return;
        }
        let unit = &self.clip.units[position];
        let frame_nanos = self.clip.frame_nanos().unsigned_abs();
        let delay = u64::from(unit.presentation_delay_frames);
        let contents = self.contents(number, position);
        for listener in listeners.iter_mut() {
            // No pipeline time yet: the pipeline is not running.
            let Some(now) = listener.source.current_running_time() else { continue };
            let (first, base) = *listener.began.get_or_insert((number, now));
            // Shares the memory; only the time is its own.
            let mut buffer = contents.copy();
            if let Some(buffer) = buffer.get_mut() {
                buffer.set_pts(base + gst::ClockTime::from_nseconds((number - first + delay) * frame_nanos));
            }
            // Refused only while the listener leaves.
            let _ = listener.source.push_buffer(buffer);
        }
    }

    /// The unit's own bytes, never copied; the stamp is a piece of memory of its own.
    fn contents(&self, number: u64, position: usize) -> gst::Buffer {
        let data = &self.clip.units[position].data;
        let (Numbering::Numbered, Some(codec)) = (self.numbering, self.clip.codec.recorded_as()) else {
            return gst::Buffer::from_slice(data.clone());
        };
        let stamp = FrameNumber { number, sent: clock::now().utc }.to_length_prefixed_sei(codec);
        let at = offset_of_first_slice(codec, data);
        let mut buffer = gst::Buffer::new();
        if let Some(buffer) = buffer.get_mut() {
            if at > 0 {
                buffer.append_memory(gst::Memory::from_slice(data.slice(..at)));
            }
            buffer.append_memory(gst::Memory::from_slice(stamp));
            buffer.append_memory(gst::Memory::from_slice(data.slice(at..)));
        }
        buffer
    }
}

/// Never returns while there are tracks. Cameras begin spread over one frame's time, as real ones do.
pub fn run(tracks: &[Arc<Track>]) {
    let started = clock::now().boottime_nanos;
    let mut next: Vec<(u64, usize)> = vec![(0, 0); tracks.len()];
    let phase = |index: usize| tracks[index].clip.frame_nanos() * index as i64 / tracks.len() as i64;
    let mut due: BinaryHeap<_> = (0..tracks.len()).map(|index| Reverse((started + phase(index), index))).collect();
    while let Some(Reverse((at, index))) = due.pop() {
        let late_nanos = clock::now().boottime_nanos - at;
        if late_nanos < 0 {
            thread::sleep(Duration::from_nanos(late_nanos.unsigned_abs()));
        }
        let frame_nanos = tracks[index].clip.frame_nanos();
        let (number, position) = &mut next[index];
        if late_nanos > LONGEST_DELAY_NANOS {
            *number += (late_nanos / frame_nanos).unsigned_abs();
            *position = 0;
        }
        tracks[index].send(*number, *position);
        *number += 1;
        *position = (*position + 1) % tracks[index].clip.units.len();
        due.push(Reverse((started + phase(index) + *number as i64 * frame_nanos, index)));
    }
}
