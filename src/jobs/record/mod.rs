//! Recording: one task a camera on a thread of their own, one thread that writes, one that makes durable.
//!
//! ```text
//! camera ─► CameraSource ─► Cutter ─► Lane (8 MiB) ─► writer thread ─► vault ─► sync thread
//!                              └─► LiveHub                └─► catalogue, audit
//! ```
//!
//! A camera's trouble stays its own: each connection runs in a task that may even panic without
//! touching another. Refuses to grow without bound or to be silent about what it drops: every
//! stretch not recorded becomes a gap with its cause. Next: `jobs::footage` plays what was recorded.

pub mod lane;
pub mod leaf;
pub mod live;
pub mod status;
pub mod sync;
pub mod writer;

use std::{sync::Arc, thread, time::Duration};

use rand::RngExt;
use tokio::{sync::watch, task::JoinSet};

use self::{
    lane::{LANE_BYTES_MAX, Lane, WriteFailure},
    live::LiveHub,
    status::StatusBoard,
    writer::{Order, Orders},
};
use crate::{
    adapters::{
        clock,
        index::{Catalogue, segment},
        rtsp::{CameraAccess, CameraSource, SourceEvent, SourceLost},
        vault::{Vault, ballast::Ballast},
        video::Workplace,
    },
    domain::{
        camera::{
            CameraId,
            connection::{Connection, Event, Jitter, STALL_LIMIT},
        },
        instant::UtcInstant,
        recording::{
            access_unit::AccessUnit,
            cutter::{Cut, Cutter},
            gap::GapCause,
        },
    },
};

/// What recording needs to know of one camera.
#[derive(Clone, Debug)]
pub struct CameraPlan {
    pub id: CameraId,
    pub access: CameraAccess,
    pub segment_seconds: i64,
}

/// Everything the recorder writes to and tells.
#[derive(Clone)]
pub struct Surroundings {
    pub vault: Arc<Vault>,
    pub catalogue: Arc<Catalogue>,
    pub live: Arc<LiveHub>,
    pub status: Arc<StatusBoard>,
    /// Room that recording must leave alone.
    pub ballast: Arc<Ballast>,
    pub open_count: u64,
    /// Where the workers of cameras run that retina can't speak to.
    pub workplace: Arc<Workplace>,
}

/// Records `cameras` until `stop` turns true, then writes out what is pending and returns.
pub async fn record(cameras: Vec<CameraPlan>, around: Surroundings, stop: watch::Receiver<bool>) -> std::io::Result<()> {
    let book = Arc::new(sync::SyncBook::default());
    let syncing = sync::start(Arc::clone(&book), Arc::clone(&around.catalogue))?;
    let (orders, writing) = writer::start(
        Arc::clone(&around.vault),
        Arc::clone(&around.catalogue),
        Arc::clone(&book),
        Arc::clone(&around.ballast),
        around.open_count,
    )?;
    let receiving = receive(cameras, around, orders, stop)?;
    let ended = tokio::task::spawn_blocking(move || {
        let received = receiving.join();
        let wrote = writing.join();
        book.stop();
        (received, wrote, syncing.join())
    })
    .await;
    if !matches!(ended, Ok((Ok(()), Ok(()), Ok(())))) {
        tracing::error!("a recording thread ended badly");
    }
    Ok(())
}

/// One thread for all cameras: pictures come in small pieces, and handing those from core to core
/// costs more than taking them. It also keeps recording apart from whatever the doors are busy with.
fn receive(
    cameras: Vec<CameraPlan>,
    around: Surroundings,
    orders: Orders,
    stop: watch::Receiver<bool>,
) -> std::io::Result<thread::JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("cameras".into()).spawn(move || {
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for plan in cameras {
                let recorder = CameraRecorder::new(plan, around.clone(), orders.clone());
                tasks.spawn(recorder.run(stop.clone()));
            }
            drop(orders);
            while tasks.join_next().await.is_some() {}
        });
    })
}

struct CameraRecorder {
    plan: CameraPlan,
    around: Surroundings,
    orders: Orders,
    lane: Arc<Lane>,
    cutter: Cutter,
    camera_clock_offset_nanos: Option<i64>,
    /// Set while the disk can't keep up: nothing is taken until the lane is half empty.
    overloaded: bool,
    write_failure: Option<WriteFailure>,
    connection: Connection,
    cuts: Vec<Cut>,
}

/// Why a connection ended.
enum Ended {
    Stop,
    Lost(SourceLost),
}

impl CameraRecorder {
    fn new(plan: CameraPlan, around: Surroundings, orders: Orders) -> Self {
        let last_end = around.catalogue.read(|connection| segment::last_end(connection, &plan.id)).unwrap_or_else(|error| {
            tracing::warn!(camera = %plan.id, %error, "the end of the last recording is unknown");
            None
        });
        let cutter = Cutter::new(plan.segment_seconds, last_end.map(|end| (end, GapCause::Restart)));
        around.status.set_missing(&plan.id, cutter.missing_since());
        Self {
            lane: Arc::new(Lane::new(plan.id.clone())),
            plan,
            around,
            orders,
            cutter,
            camera_clock_offset_nanos: None,
            overloaded: false,
            write_failure: None,
            connection: Connection::NEW,
            cuts: Vec::new(),
        }
    }

    async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while let Some(wait) = self.connection.wait() {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
            self.happened(Event::Attempt, None);
            let connected = tokio::select! {
                connected = CameraSource::connect_by_any(&self.plan.access, &self.around.workplace) => connected,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            match connected {
                Ok(mut source) => {
                    self.happened(Event::Connected, None);
                    match self.follow(&mut source, &mut stop).await {
                        Ended::Stop => break,
                        Ended::Lost(lost) => self.lost(&lost),
                    }
                }
                Err(error) => {
                    tracing::warn!(camera = %self.plan.id, %error, cause = ?std::error::Error::source(&error), "camera not connected");
                    self.happened(error.event(), Some(error.to_string()));
                }
            }
        }
        self.interrupt(GapCause::Restart);
        self.happened(Event::SwitchedOff, None);
    }

    async fn follow(&mut self, source: &mut CameraSource, stop: &mut watch::Receiver<bool>) -> Ended {
        loop {
            let event = tokio::select! {
                event = source.next_within(STALL_LIMIT) => event,
                _ = stop.wait_for(|stop| *stop) => return Ended::Stop,
            };
            match event {
                Ok(SourceEvent::AccessUnit(unit)) => self.take(unit),
                Ok(SourceEvent::CameraClock { offset_nanos }) => self.camera_clock_offset_nanos = Some(offset_nanos),
                Err(lost) => return Ended::Lost(lost),
            }
        }
    }

    fn take(&mut self, unit: AccessUnit) {
        match self.lane.take_failure() {
            Some(failure) => self.write_failed(failure),
            None if self.overloaded && self.lane.queued_bytes() > LANE_BYTES_MAX / 2 => return,
            None if !self.overloaded && self.lane.queued_bytes() > LANE_BYTES_MAX => {
                tracing::warn!(camera = %self.plan.id, "the disk can't keep up: dropping whole groups of pictures");
                self.overloaded = true;
                self.interrupt(GapCause::Overload);
                self.around.status.set_state(&self.plan.id, self.connection.state(), Some(OVERLOAD_SENTENCE.to_owned()), now());
                return;
            }
            None => self.overloaded = false,
        }
        let (at, bytes, parameters) = (unit.received.utc, unit.data.len(), Arc::clone(&unit.parameters));
        let Some(placed) = self.cutter.push(unit, &mut self.cuts) else { return };
        let opened = self.cuts.iter().any(|cut| matches!(cut, Cut::Open { .. }));
        self.send_cuts();
        self.around.status.count_frame(&self.plan.id, at, bytes, &parameters);
        self.around.live.publish(&self.plan.id, placed);
        let recovered = self.write_failure.is_some() && self.lane.has_written();
        if recovered {
            self.write_failure = None;
        }
        if opened || recovered || self.connection != Connection::Recording {
            if self.write_failure.is_none() {
                self.around.status.set_missing(&self.plan.id, None);
            }
            // A trouble with the disk stays on show until something has really been written again.
            let trouble = self.write_failure.map(|failure| failure_sentence(failure).to_owned());
            self.happened(Event::AccessUnit, trouble);
        }
    }

    fn write_failed(&mut self, failure: WriteFailure) {
        let missing_since = self.around.status.camera(&self.plan.id).and_then(|status| status.missing_since);
        self.interrupt(GapCause::Storage);
        if self.write_failure.replace(failure).is_some() && missing_since.is_some() {
            self.around.status.set_missing(&self.plan.id, missing_since);
        }
        self.around.status.set_state(&self.plan.id, self.connection.state(), Some(failure_sentence(failure).to_owned()), now());
    }

    fn lost(&mut self, lost: &SourceLost) {
        tracing::warn!(camera = %self.plan.id, error = %lost, cause = ?std::error::Error::source(lost), "camera lost");
        let cause = if matches!(lost, SourceLost::Silent { .. }) { GapCause::Stall } else { GapCause::CameraLost };
        self.interrupt(cause);
        self.happened(lost.event(), Some(lost.to_string()));
    }

    fn interrupt(&mut self, cause: GapCause) {
        self.cutter.interrupt(cause, &mut self.cuts);
        self.send_cuts();
        self.around.live.interrupt(&self.plan.id);
        self.around.status.set_missing(&self.plan.id, self.cutter.missing_since());
    }

    /// Moves the connection on and tells the status board; `error` stays visible while it lasts.
    fn happened(&mut self, event: Event, error: Option<String>) {
        self.connection = self.connection.after(event, Jitter(rand::rng().random()));
        // What went wrong stays on show while it is being retried.
        if matches!(event, Event::Attempt | Event::Connected) {
            return;
        }
        self.around.status.set_state(&self.plan.id, self.connection.state(), error, now());
    }

    fn send_cuts(&mut self) {
        for cut in self.cuts.drain(..) {
            let order = match cut {
                Cut::Open { parameters, start_ticks, reading } => Order::Open { parameters, start_ticks, reading },
                Cut::Fragment { start_ticks, access_units } => {
                    self.lane.queue(&access_units);
                    Order::Fragment { start_ticks, access_units }
                }
                Cut::Close { end_ticks, activity } => {
                    Order::Close { end_ticks, activity, camera_clock_offset_nanos: self.camera_clock_offset_nanos }
                }
                Cut::Gap(gap) => Order::Gap(gap),
            };
            if self.orders.send((Arc::clone(&self.lane), order)).is_err() {
                tracing::error!(camera = %self.plan.id, "the writer thread is gone");
            }
        }
    }
}

const OVERLOAD_SENTENCE: &str =
    "The disk can't keep up: pictures are left out until it does. Check the disk, or record fewer cameras on it.";

fn failure_sentence(failure: WriteFailure) -> &'static str {
    match failure {
        WriteFailure::NoSpace => "The disk is full. Free some space or add a disk; recording goes on by itself.",
        WriteFailure::Failed => "The disk failed to write. Recording goes on in a new file; check the disk.",
    }
}

fn now() -> UtcInstant {
    clock::now().utc
}

/// How long shutting down may take before it is given up.
pub const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);
