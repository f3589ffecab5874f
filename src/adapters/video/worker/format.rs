//! Between our sample entries and GStreamer's caps, both ways.
//!
//! Refuses caps without parameter sets. Next: the tasks that need either.

use bytes::Bytes;
use gstreamer as gst;
use mp4_atom::{Atom, Avc1, Avcc, Codec, Decode, Encode, Hvc1, Hvcc, Visual};

use super::TaskError;
use crate::domain::recording::{
    access_unit::{CodecParameters, VideoCodec},
    fragment,
};

/// Caps of access units with 4-byte lengths whose parameter sets are in the sample entry.
pub fn caps(parameters: &CodecParameters) -> Result<gst::Caps, TaskError> {
    let mut codec_data = Vec::new();
    let (media, form) = match Codec::decode(&mut parameters.sample_entry.as_ref())? {
        Codec::Avc1(entry) => {
            entry.avcc.encode_body(&mut codec_data)?;
            ("video/x-h264", "avc")
        }
        Codec::Hvc1(entry) => {
            entry.hvcc.encode_body(&mut codec_data)?;
            ("video/x-h265", "hvc1")
        }
        _ => return Err("a sample entry of no known codec".into()),
    };
    Ok(gst::Caps::builder(media)
        .field("stream-format", form)
        .field("alignment", "au")
        .field("codec_data", gst::Buffer::from_slice(codec_data))
        .field("width", parameters.width_px as i32)
        .field("height", parameters.height_px as i32)
        .build())
}

/// The decoder for a codec, between a queue's `!`.
pub const fn decoder(codec: VideoCodec) -> &'static str {
    match codec {
        VideoCodec::H264 => "h264parse ! avdec_h264 max-threads=1",
        VideoCodec::H265 => "h265parse ! avdec_h265 max-threads=1",
    }
}

/// Parameters from caps such as a parser or an encoder negotiated.
pub fn parameters(caps: &gst::CapsRef) -> Result<CodecParameters, TaskError> {
    let structure = caps.structure(0).ok_or("caps without a structure")?;
    let codec_data = structure.get::<gst::Buffer>("codec_data")?;
    let codec_data = codec_data.map_readable()?;
    let side = |name: &str| structure.get::<i32>(name).ok().and_then(|px| u16::try_from(px).ok()).unwrap_or_default();
    let visual = Visual { width: side("width"), height: side("height"), ..Visual::default() };
    let entry = match structure.name().as_str() {
        "video/x-h264" => Codec::Avc1(Avc1 { visual, avcc: Avcc::decode_body(&mut codec_data.as_slice())?, ..Avc1::default() }),
        "video/x-h265" => Codec::Hvc1(Hvc1 { visual, hvcc: Hvcc::decode_body(&mut codec_data.as_slice())?, ..Hvc1::default() }),
        other => return Err(format!("no sample entry for {other}").into()),
    };
    let codec = if matches!(entry, Codec::Avc1(_)) { VideoCodec::H264 } else { VideoCodec::H265 };
    let mut sample_entry = Vec::new();
    entry.encode(&mut sample_entry)?;
    let rough = CodecParameters {
        codec,
        rfc6381: String::new(),
        width_px: u32::from(side("width")),
        height_px: u32::from(side("height")),
        sample_entry: Bytes::from(sample_entry),
    };
    // The name of the codec is read from the sample entry, by the code that always does it.
    Ok(fragment::parse_init_segment(&fragment::init_segment(&rough)?)?)
}
