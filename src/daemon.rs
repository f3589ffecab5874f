//! Composition: from settings to a running house, and the order in which it is closed again.
//!
//! ```text
//! settings ─► House (locked, healed) ─► recorder ─► doors (TCP, unix socket) ─► "ready"
//! stop     ─► doors close ─► recorder writes out ─► last leaf ─► log signed, shown
//! ```
//!
//! The first signal stops in order, the second at once; a disk that fails under the catalogue stops
//! too. Refuses to start what it couldn't finish: everything that can fail is opened before the first
//! camera is called.

use std::{net::TcpListener as StdListener, path::PathBuf, sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use serde_json::json;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{Semaphore, watch},
    task::JoinSet,
};

use crate::{
    adapters::{
        clock,
        index::{audit, user},
        passkey::Passkeys,
        rtsp::CameraAccess,
        secret::{HashCost, Passwords},
        vault::{
            SOCKET_FILE,
            custody::{EpochPlace, MasterPlace},
        },
        video::{MediaWorkers, Workplace},
        witness::{file::WitnessFile, remote::RemoteWitness},
    },
    domain::{
        actor::{Actor, Reason},
        audit::Action,
        camera::connection::ConnectionState,
        notice::{self, Facts},
        retention::period::RetentionPeriod,
    },
    http::{
        self, CameraFacts, Carriage, Doors, SiteFacts, State,
        portal::{PortalDoors, UPLOADS_AT_ONCE, visit::Visits},
    },
    jobs::{
        adopt::Adopted,
        audit as log,
        case::{Office, letter::Letterhead, papers, remind},
        forget, hold_check,
        house::{House, StorePlace},
        intake::{self, Desk},
        keeping::{Policy, WhenFull},
        mail::{self, MailDesk},
        notice as jobs_notice,
        record::{self, CameraPlan, Surroundings, leaf},
        retain::{self, Wanted},
        rotate_keys,
        viewing::SeenStills,
        witness::{self, Witnesses},
    },
    problem::{Kind, Problem},
    settings::{CameraSettings, Custody, FullDisk, OrganisationType, Power, Settings},
};

/// Where MASTER is, as the vault wants to know it.
pub fn master_place(settings: &Settings) -> MasterPlace {
    match &settings.keys.custody {
        Custody::File | Custody::Tpm { master: None, .. } => MasterPlace::File,
        Custody::Credential(file) | Custody::Tpm { master: Some(file), .. } => MasterPlace::Credential { file: file.clone() },
    }
}

/// Where the epoch secrets are.
pub fn epoch_place(settings: &Settings) -> EpochPlace {
    match &settings.keys.custody {
        Custody::File | Custody::Credential(_) => EpochPlace::KeysFolder,
        Custody::Tpm { tcti, .. } => EpochPlace::Tpm { tcti: tcti.clone() },
    }
}

/// Opens the store of these settings.
pub fn open_house(settings: &Settings) -> Result<House, Problem> {
    let cameras: Vec<_> = settings
        .cameras
        .iter()
        .map(|camera| {
            let state = if camera.power == Power::On { ConnectionState::Connecting } else { ConnectionState::Off };
            (camera.id.clone(), state)
        })
        .collect();
    let house = at_place(settings, |place| House::open(place, &cameras))?
        .under(policy(settings))?
        .witnessed_by(witnesses(settings))
        .answered_by(office(settings)?);
    retain::adopt(&house, &wanted_periods(settings), RetentionPeriod::from_seconds(settings.retention.default.get()), clock::now())?;
    Ok(house)
}

/// The office that answers requests.
fn office(settings: &Settings) -> Result<Office, Problem> {
    let unusable = |error: Box<dyn std::error::Error + Send + Sync>| {
        Problem::new(Kind::Fault, "office", "The site's time zone can't be read.", "Reinstall Holdfast.").because(error)
    };
    let zone = TimeZone::get(&settings.site.time_zone).map_err(|error| unusable(error.into()))?;
    let purposes = settings.cameras.iter().map(|camera| (camera.id.clone(), camera.purpose.clone())).collect();
    Ok(Office::new(zone, settings.requests.bank_holidays.clone(), settings.site.organisation_type, purposes))
}

fn witnesses(settings: &Settings) -> Witnesses {
    let remote = settings.audit.witness.as_ref().map(|witness| RemoteWitness { url: witness.url.clone(), key: witness.key.clone() });
    Witnesses::new(settings.audit.witness_file.as_deref().map(WitnessFile::at), remote)
}

fn policy(settings: &Settings) -> Policy {
    let when_full = match settings.retention.when_full {
        FullDisk::Stop => WhenFull::Stop,
        FullDisk::Overwrite => WhenFull::Overwrite { floor_seconds: settings.retention.floor.get() },
    };
    Policy { trust: settings.clock, when_full, reserve_bytes: settings.store.reserve_bytes }
}

fn wanted_periods(settings: &Settings) -> Vec<Wanted> {
    let wanted = |camera: &CameraSettings| Wanted {
        camera: camera.id.clone(),
        period: RetentionPeriod::from_seconds(camera.keep.get()),
        reason: camera.keep_reason.clone(),
        review_by: camera.keep_review_by,
    };
    settings.cameras.iter().map(wanted).collect()
}

/// Lets `act` work where these settings' store and keys are, or are to be.
pub fn at_place<T>(settings: &Settings, act: impl FnOnce(&StorePlace<'_>) -> T) -> T {
    let (master, epochs) = (master_place(settings), epoch_place(settings));
    act(&StorePlace { data: &settings.store.data, keys: &settings.keys.dir, master: &master, epochs: &epochs })
}

/// Makes the store and keys of these settings where they are missing.
pub fn create_house(settings: &Settings) -> Result<(), Problem> {
    at_place(settings, House::create)
}

/// Goes on with an older catalogue in these settings' store.
pub fn adopt_footage(settings: &Settings, actor: &Actor, reason: &Reason) -> Result<Adopted, Problem> {
    at_place(settings, |place| House::adopt(place, actor, reason))
}

/// Where workers run: their folder holds GStreamer's list of plugins and never any footage.
pub fn workplace(settings: &Settings) -> Workplace {
    Workplace { program: own_program(), scratch: settings.store.data.join("media-workers") }
}

/// Our own program, for worker processes.
pub fn own_program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"))
}

/// How long stopping waits for witnesses to see the last checkpoint; if they don't, the next start shows it.
const LAST_SHOWN_WITHIN: Duration = Duration::from_secs(2);

/// What the doors need, around an opened house.
pub fn doors(settings: &Settings, house: Arc<House>, cost: HashCost) -> Result<State, Problem> {
    let cameras = settings.cameras.iter().map(|camera| CameraFacts {
        id: camera.id.clone(),
        name: camera.name.clone(),
        place: camera.place.clone(),
        purpose: camera.purpose.clone(),
        keep_seconds: camera.keep.get(),
        on_record: camera.on_record.clone(),
    });
    let passkeys = settings.web.staff_url.as_ref().map(|url| Passkeys::new(url, &settings.site.name)).transpose()?;
    if passkeys.is_none() {
        warn_of_shut_out(&house);
    }
    Ok(Arc::new(Doors {
        house,
        site: SiteFacts {
            name: settings.site.name.clone(),
            controller: settings.site.controller.clone(),
            time_zone: settings.site.time_zone.clone(),
            custody: settings.keys.custody.name(),
        },
        cameras: cameras.collect(),
        passwords: Passwords::new(cost)?,
        passkeys: passkeys.map(Arc::new),
        policy: settings.policy.text.clone(),
        is_mailing: settings.mail.is_some(),
        emergency_seconds: settings.policy.emergency.get(),
        login_gate: http::staff::login::LoginGate::default(),
        seen_stills: SeenStills::default(),
        media: MediaWorkers::new(workplace(settings)),
        carriage: Carriage::Loopback,
        portal: settings.web.portal.as_ref().map(|portal| portal.url.clone()),
        letterhead: Letterhead { facts: notice_facts(settings), portal: settings.web.portal.as_ref().map(|portal| portal.url.clone()) },
        program: own_program(),
        models: settings.redaction.models.clone(),
        config: settings.file.clone(),
    }))
}

/// Accounts with a passkey alone get in no way at a site that takes none. Where accounts can't be read,
/// whoever needs them says so.
fn warn_of_shut_out(house: &House) {
    let users = house.catalogue.read(user::list).unwrap_or_default();
    let shut_out = users.iter().filter(|user| user.has_passkey && !user.has_second_factor).count();
    if shut_out > 0 {
        tracing::warn!(
            accounts = shut_out,
            "accounts have a passkey and no app, and web.staff.url is not set: set it, or take their passkeys off with “holdfast user remove-passkeys”"
        );
    }
}

/// What the privacy notice is written from.
pub fn notice_facts(settings: &Settings) -> Facts {
    let (site, notice) = (&settings.site, &settings.notice);
    let cameras = settings.cameras.iter().filter(|camera| camera.power == Power::On).map(|camera| notice::Camera {
        id: camera.id.to_string(),
        place: camera.place.clone(),
        purpose: camera.purpose.clone(),
        keep_seconds: camera.keep.get(),
    });
    Facts {
        site: site.name.clone(),
        controller: site.controller.clone(),
        kind: match site.organisation_type {
            OrganisationType::LocalAuthority => notice::Controller::LocalAuthority,
            OrganisationType::HousingAssociation => notice::Controller::HousingAssociation,
        },
        contact: site.contact.clone(),
        phone: notice.phone.clone(),
        post: notice.post.clone(),
        data_protection_officer: notice.data_protection_officer.clone(),
        registration: site.ico_registration.clone(),
        recipients: notice.recipients.clone(),
        regulator: notice.regulator.clone(),
        regulator_contact: notice.regulator_contact.clone(),
        cameras: cameras.collect(),
    }
}

/// What the public's door needs, around an opened house; publishes the notice if its text is new.
fn portal_doors(settings: &Settings, house: &Arc<House>) -> Result<PortalDoors, Problem> {
    let facts = notice_facts(settings);
    let versions = jobs_notice::publish(&settings.store.data, &facts, clock::now().utc)?;
    Ok(PortalDoors {
        facts,
        versions,
        time_zone: settings.site.time_zone.clone(),
        desk: Desk::open(Arc::clone(house))?,
        tries: http::staff::login::LoginGate::default(),
        visits: Visits::default(),
        uploads: Semaphore::new(UPLOADS_AT_ONCE),
        carriage: Carriage::Loopback,
    })
}

/// The addresses we are reached at, taken.
pub struct Listeners {
    pub staff: StdListener,
    pub portal: Option<StdListener>,
    pub metrics: Option<StdListener>,
}

/// How to reach a camera, from its settings.
pub fn access(camera: &CameraSettings) -> CameraAccess {
    CameraAccess {
        url: camera.url.clone(),
        username: camera.username.clone(),
        password: camera.password.clone(),
        transport: camera.transport,
    }
}

/// Takes the addresses that staff and, where there is a portal, the public reach us at.
pub fn bind(settings: &Settings) -> Result<Listeners, Problem> {
    let staff = bind_to(settings.web.staff.listen, "web.staff.listen")?;
    let portal = settings.web.portal.as_ref().map(|portal| bind_to(portal.listener.listen, "web.portal.listen")).transpose()?;
    let metrics = settings.web.metrics.map(|listen| bind_to(listen, "web.metrics.listen")).transpose()?;
    Ok(Listeners { staff, portal, metrics })
}

fn bind_to(address: std::net::SocketAddr, key: &str) -> Result<StdListener, Problem> {
    StdListener::bind(address).map_err(|error| {
        Problem::new(
            Kind::Conflict,
            "address_in_use",
            format!("The address {address} can't be listened on."),
            format!("Stop the program that uses it, or change {key}."),
        )
        .because(error)
    })
}

/// The runtime everything asynchronous runs on.
pub fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    tokio::runtime::Builder::new_multi_thread().worker_threads(cores.clamp(1, 4)).thread_name("holdfast").enable_all().build().map_err(
        |error| {
            Problem::new(Kind::Fault, "runtime", "The program could not start its threads.", "Check the process limits.").because(error)
        },
    )
}

/// Runs until a signal says stop. The listeners were bound before, so that their ports are known.
pub fn run(settings: &Settings, house: House, listeners: Listeners, cost: HashCost) -> Result<(), Problem> {
    runtime()?.block_on(serve(settings, Arc::new(house), listeners, cost))
}

async fn serve(settings: &Settings, house: Arc<House>, listeners: Listeners, cost: HashCost) -> Result<(), Problem> {
    let fault = |error: std::io::Error| Problem::new(Kind::Fault, "start", "Holdfast could not start.", "The log says why.").because(error);
    let doors = doors(settings, Arc::clone(&house), cost)?;
    let media = doors.media.clone();
    let metrics = http::metrics::router(Arc::clone(&doors));
    let router = http::router(doors);
    let listening = |listener: StdListener| listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener)).map_err(fault);
    let listener = listening(listeners.staff)?;
    let public = listeners.portal.map(listening).transpose()?;
    let socket = http::serve::bind_unix(&settings.store.data.join(SOCKET_FILE)).map_err(fault)?;
    let (stop_doors, doors_stopping) = watch::channel(false);
    let (stop_house, house_stopping) = watch::channel(false);
    let mut serving = JoinSet::new();
    serving.spawn(http::serve::tcp(listener, router.clone(), doors_stopping.clone()));
    if let (Some(listener), Some(portal)) = (public, &settings.web.portal) {
        let router = http::portal::router(portal_doors(settings, &house)?);
        serving.spawn(http::serve::tcp(listener, router, doors_stopping.clone()));
        let (keep, house, stopping) = (portal.keep_drafts.get(), Arc::clone(&house), doors_stopping.clone());
        serving.spawn(async move {
            intake::keep_sweeping(house, keep, stopping).await;
            Ok(())
        });
    }
    if let Some(listener) = listeners.metrics.map(listening).transpose()? {
        serving.spawn(http::serve::tcp(listener, metrics.clone(), doors_stopping.clone()));
    }
    serving.spawn(http::serve::unix(socket, router.merge(metrics), doors_stopping));
    let plans = settings
        .cameras
        .iter()
        .filter(|camera| camera.power == Power::On)
        .map(|camera| CameraPlan { id: camera.id.clone(), access: access(camera), segment_seconds: settings.recording.segment.get() })
        .collect();
    let around = Surroundings {
        vault: Arc::clone(&house.vault),
        catalogue: Arc::clone(&house.catalogue),
        live: Arc::clone(&house.live),
        status: Arc::clone(&house.status),
        ballast: Arc::clone(&house.keeping.ballast),
        open_count: house.open_count,
        workplace: Arc::new(workplace(settings)),
    };
    let recording = tokio::spawn(record::record(plans, around, house_stopping.clone()));
    let signing = tokio::spawn(log::keep_signing(Arc::clone(&house), house_stopping.clone()));
    let checking = tokio::spawn(hold_check::keep_checking(Arc::clone(&house), media, house_stopping.clone()));
    let forgetting = tokio::spawn(forget::keep_forgetting(Arc::clone(&house), house_stopping.clone()));
    let clearing = tokio::spawn(papers::keep_destroying(Arc::clone(&house), house_stopping.clone()));
    let reminding = tokio::spawn(remind::keep_reminding(Arc::clone(&house), house_stopping.clone()));
    if let Some(desk) = MailDesk::configured(settings) {
        tokio::spawn(mail::keep_sending(Arc::clone(&house), desk, house_stopping.clone()));
    }
    let showing = tokio::spawn(witness::keep_showing(Arc::clone(&house), house_stopping.clone()));
    let rotating = tokio::spawn(rotate_keys::keep_rotating(Arc::clone(&house), settings.keys.rotate.get(), house_stopping));
    tracing::info!(cameras = settings.cameras.len(), "recording");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let mut broken = house.catalogue.broken();
    let ending = tokio::select! {
        signalled = wait_for_signal() => signalled.map_err(fault),
        _ = broken.wait_for(|broken| *broken) => Err(catalogue_broken()),
    };
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    tracing::info!("stopping");
    let second = tokio::spawn(async {
        let _ = wait_for_signal().await;
        tracing::warn!("stopping at once");
        std::process::exit(3);
    });
    let _ = stop_doors.send(true);
    let _ = stop_house.send(true);
    let orderly = async {
        let _ = recording.await;
        let _ = forgetting.await;
        let _ = checking.await;
        let _ = rotating.await;
        let _ = reminding.await;
        let _ = clearing.await;
        let closing = Arc::clone(&house);
        let _ = tokio::task::spawn_blocking(move || write_last_leaf(&closing)).await;
        let _ = signing.await;
        let last = Arc::clone(&house);
        let _ = tokio::task::spawn_blocking(move || log::checkpoint_now(&last)).await;
        let _ = showing.await;
        let _ = tokio::time::timeout(LAST_SHOWN_WITHIN, witness::show(&house)).await;
    };
    if tokio::time::timeout(record::SHUTDOWN_LIMIT, orderly).await.is_err() {
        tracing::error!("not everything could be written in time; what is missing is healed at the next start");
    }
    serving.abort_all();
    second.abort();
    ending
}

/// Ended with a fault, so that the supervisor starts us again: what the disk holds is then read anew.
fn catalogue_broken() -> Problem {
    Problem::new(
        Kind::Fault,
        "catalogue_broken",
        "The disk failed under the catalogue, so Holdfast has stopped.",
        "systemd starts it again by itself; check the disk. Nothing that was confirmed is lost.",
    )
}

fn write_last_leaf(house: &House) {
    let entry = leaf::by_job(Action::HouseStop, "run", house.vault.site().to_string(), json!({}));
    if let Err(error) = house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry)) {
        tracing::error!(%error, "the stop could not be logged");
    }
}

async fn wait_for_signal() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
