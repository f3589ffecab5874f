//! One RTSP session by the `retina` crate, its frames turned into domain access units.
//!
//! Frames move, they are not copied: the vector that retina filled becomes the access unit's
//! bytes. Retina's own key frame flag is not used (it knows only IDR in H.265); NAL types decide.
//! Frames before the camera has told its parameter sets cannot be decoded by anyone and are dropped.
//! Next: `jobs::record` takes the events.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use retina::{
    client::{Credentials, Demuxed, PlayOptions, Session, SessionOptions, SetupOptions, TcpTransportOptions, UdpTransportOptions},
    codec::{CodecItem, FrameFormat, ParametersRef, VideoFrame, VideoParameters},
};
use secrecy::ExposeSecret;

use super::{CameraAccess, ConnectError, SourceEvent, SourceLost};
use crate::{
    adapters::clock,
    domain::{
        camera::Transport,
        instant::UtcInstant,
        recording::{
            access_unit::{AccessUnit, CodecParameters, VideoCodec},
            nal_unit,
        },
    },
};

pub(super) struct RetinaSession {
    frames: Demuxed,
    stream_index: usize,
    codec: VideoCodec,
    parameters: Option<Arc<CodecParameters>>,
}

impl RetinaSession {
    pub(super) async fn start(access: &CameraAccess) -> Result<Self, ConnectError> {
        let refused = |cause| ConnectError::classify(cause, access.host_and_port());
        let url = super::without_credentials(&access.url);
        let options = SessionOptions::default().user_agent("Holdfast".to_owned()).creds(credentials(access));
        let mut session = Session::describe(url, options).await.map_err(refused)?;
        let (stream_index, codec) = choose_stream(session.streams())?;
        let transport = match access.transport {
            Transport::Tcp => retina::client::Transport::Tcp(TcpTransportOptions::default()),
            Transport::Udp => retina::client::Transport::Udp(UdpTransportOptions::default()),
        };
        session.setup(stream_index, SetupOptions::default().transport(transport).frame_format(FrameFormat::MP4)).await.map_err(refused)?;
        let frames = session.play(PlayOptions::default()).await.and_then(Session::demuxed).map_err(refused)?;
        Ok(Self { frames, stream_index, codec, parameters: None })
    }

    pub(super) async fn next(&mut self) -> Result<SourceEvent, SourceLost> {
        loop {
            let item = self.frames.next().await.ok_or(SourceLost::Closed)?.map_err(SourceLost::Broken)?;
            let event = match item {
                CodecItem::VideoFrame(frame) => self.access_unit(frame)?.map(SourceEvent::AccessUnit),
                CodecItem::Rtcp(report) => camera_clock(&report),
                _ => None,
            };
            if let Some(event) = event {
                return Ok(event);
            }
        }
    }

    fn access_unit(&mut self, frame: VideoFrame) -> Result<Option<AccessUnit>, SourceLost> {
        if frame.has_new_parameters() || self.parameters.is_none() {
            self.take_parameters()?;
        }
        let Some(parameters) = self.parameters.clone() else { return Ok(None) };
        let (rtp_ticks, lost_packets) = (frame.timestamp().timestamp(), frame.loss());
        let data = Bytes::from(frame.into_data());
        let dependence = nal_unit::dependence_of(self.codec, &data);
        Ok(Some(AccessUnit { data, rtp_ticks, received: clock::now(), dependence, lost_packets, parameters }))
    }

    /// Called only for parameters that differ: retina stays quiet when the camera repeats itself.
    fn take_parameters(&mut self) -> Result<(), SourceLost> {
        let stream = self.frames.streams().get(self.stream_index);
        let Some(ParametersRef::Video(video)) = stream.and_then(|stream| stream.parameters()) else { return Ok(()) };
        let fresh = codec_parameters(self.codec, video).map_err(SourceLost::BadParameters)?;
        self.parameters = Some(Arc::new(fresh));
        Ok(())
    }
}

fn credentials(access: &CameraAccess) -> Option<Credentials> {
    let username = access.username.clone()?;
    let password = access.password.as_ref().map(|password| password.expose_secret().to_owned()).unwrap_or_default();
    Some(Credentials { username, password })
}

/// The first stream that can be recorded; what was found instead, when there is none.
fn choose_stream(streams: &[retina::client::Stream]) -> Result<(usize, VideoCodec), ConnectError> {
    let video = || streams.iter().enumerate().filter(|(_, stream)| stream.media() == "video");
    let recordable = video().find_map(|(index, stream)| match stream.encoding_name() {
        "h264" => Some((index, VideoCodec::H264)),
        "h265" => Some((index, VideoCodec::H265)),
        _ => None,
    });
    recordable.ok_or_else(|| ConnectError::UnsupportedCodec {
        found: video().next().map_or_else(|| "no video".to_owned(), |(_, stream)| codec_for_people(stream.encoding_name())),
    })
}

/// The camera chose this name: only its plain letters get into a message.
fn codec_for_people(encoding_name: &str) -> String {
    match encoding_name {
        "jpeg" => super::MJPEG.to_owned(),
        "mp4v-es" => "MPEG-4 Part 2".to_owned(),
        other => other.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).take(24).collect::<String>().to_uppercase(),
    }
}

fn codec_parameters(codec: VideoCodec, video: &VideoParameters) -> Result<CodecParameters, retina::Error> {
    let (width_px, height_px) = video.pixel_dimensions();
    let sample_entry = Bytes::from(video.mp4_sample_entry().build()?);
    Ok(CodecParameters { codec, rfc6381: video.rfc6381_codec().to_owned(), width_px, height_px, sample_entry })
}

fn camera_clock(report: &retina::rtcp::ReceivedCompoundPacket) -> Option<SourceEvent> {
    let sender = report.pkts().find_map(|packet| packet.as_sender_report().ok().flatten())?;
    let camera = unix_time(sender.ntp_timestamp())?;
    Some(SourceEvent::CameraClock { offset_nanos: camera.nanos_since(clock::now().utc) })
}

/// NTP seconds begin in 1900 and wrap in 2036; those before 1970 are taken for the next era (RFC
/// 5905 section 6). `None` for 0, which senders without a clock put (RFC 3550 section 6.4.1).
fn unix_time(ntp: retina::NtpTimestamp) -> Option<UtcInstant> {
    if ntp.0 == 0 {
        return None;
    }
    let since_epoch = ntp.0.wrapping_sub(retina::UNIX_EPOCH.0);
    let nanos = (u128::from(since_epoch) * 1_000_000_000) >> 32;
    i64::try_from(nanos).ok().map(UtcInstant::from_unix_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_without_a_clock_gives_none_and_2036_is_not_1900() {
        let told = |ntp: u64| unix_time(retina::NtpTimestamp(ntp)).map(UtcInstant::unix_nanos);
        assert_eq!(told(0), None);
        assert_eq!(told(2_208_988_800 << 32), Some(0));
        assert_eq!(told((2_208_988_800 + 10) << 32 | 1 << 31), Some(10_500_000_000));
        // 2036-02-07T06:28:17Z is second 1 of the next era.
        assert_eq!(told(1 << 32), Some(2_085_978_497_000_000_000));
    }

    #[test]
    fn a_codec_name_from_the_camera_cannot_smuggle_text_into_messages() {
        assert_eq!(codec_for_people("vp8\u{1b}[31m <b>"), "VP831MB");
    }
}
