//! Who asks, and what they may have: handlers get these values or are never called.
//!
//! A browser is known by its session cookie, the command line by the kernel's word about the other
//! end of the socket. Nothing a client can claim (headers, fields, query strings) changes either.
//! A camera or a viewing that the caller may not have doesn't exist for them. Next: `api`.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts, Path, Query},
    http::{header, request::Parts},
};
use uuid::Uuid;

use super::{
    CameraFacts, Carriage, State,
    answer::{Refusal, blocking},
};
use crate::{
    adapters::{
        clock,
        index::{
            acknowledgement, emergency,
            user::{self, UserRow},
            user_limit,
            viewing::{self, Holder},
        },
        secret,
    },
    domain::{
        actor::{Actor, PurposeKind},
        camera::CameraId,
        identity::{
            Permission,
            policy::{self, Standing},
            scope::Scope,
        },
        instant::UtcInstant,
    },
    jobs,
    problem::{Kind, Problem},
};

/// The kernel's word on the other end of a unix socket; put into requests by `serve` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalPeer {
    pub uid: u32,
}

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub user: UserRow,
    pub scope: Scope,
    pub token_hash: [u8; 32],
    pub csrf: String,
    /// How they stand to the provider's policy.
    pub standing: Standing,
    /// Until when they have opened footage to themselves in an emergency.
    pub emergency: Option<UtcInstant>,
}

/// Whoever sent the request.
#[derive(Clone, Debug)]
pub enum Caller {
    Browser(SignedIn),
    Local(LocalPeer),
}

impl Caller {
    pub fn actor(&self) -> Actor {
        match self {
            Self::Browser(signed_in) => Actor::Staff { id: signed_in.user.id, name: signed_in.user.name.clone() },
            Self::Local(peer) => Actor::LocalOperator { uid: peer.uid },
        }
    }

    /// The same, as rows and leaves name it.
    pub fn name(&self) -> String {
        match self {
            Self::Browser(signed_in) => format!("staff:{}", signed_in.user.id.0),
            Self::Local(peer) => format!("local:{}", peer.uid),
        }
    }

    pub fn holder(&self) -> Holder {
        let session = match self {
            Self::Browser(signed_in) => Some(signed_in.token_hash),
            Self::Local(_) => None,
        };
        Holder { name: self.name(), session }
    }

    /// Whether the caller may know of a camera.
    pub fn sees(&self, doors: &State, camera: &CameraId) -> bool {
        self.sees_all(doors, std::iter::once(camera))
    }

    /// Whether the caller may know of what spans all of `cameras`.
    pub fn sees_all<'c>(&self, doors: &'c State, cameras: impl IntoIterator<Item = &'c CameraId>) -> bool {
        let place = |camera: &CameraId| doors.camera(camera).map(|facts| facts.place.as_str());
        match self {
            Self::Browser(signed_in) => signed_in.scope.includes_every(cameras, place),
            Self::Local(_) => true,
        }
    }

    /// Refuses whoever is limited to some cameras: what is asked for is about all of them.
    pub fn require_whole_site(&self) -> Result<(), Problem> {
        match self {
            Self::Browser(SignedIn { scope: Scope::Limited(_), .. }) => Err(Problem::new(
                Kind::Forbidden,
                "limited_to_some_cameras",
                "Your account is limited to some cameras; this is about the whole site.",
                "Ask somebody whose account is not.",
            )),
            _ => Ok(()),
        }
    }

    /// Whether the caller may still be shown footage: a connection that lasts has to ask again.
    pub async fn still_sees_footage(&self, doors: &State) -> bool {
        match self {
            Self::Browser(signed_in) => {
                let found = session(doors, signed_in.token_hash, signed_in.csrf.clone()).await;
                found.is_ok_and(|found| found.is_some_and(|now| Self::Browser(now).require(Permission::SeeFootage).is_ok()))
            }
            Self::Local(_) => true,
        }
    }

    /// Refuses whoever's role doesn't include this.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.may(permission) {
            return self.check_policy(permission);
        }
        let (sentence, next) = match permission {
            Permission::SeeFootage | Permission::Export => (
                "Your role does not include this footage.",
                "Ask somebody whose role is reviewer or data protection officer; administrators keep the box running, but see no footage.",
            ),
            Permission::PlaceHold => ("Your role does not place holds.", "Ask somebody who sees footage to place it."),
            Permission::ReleaseHold | Permission::ManageRetention => {
                ("Your role does not decide how long footage is kept.", "Ask an approver or the data protection officer.")
            }
            Permission::SeeCases | Permission::DecideCase | Permission::ApproveCase => {
                ("Your role does not include requests.", "Ask a reviewer, an approver or the data protection officer.")
            }
            _ => ("Your role does not include this.", "Ask an administrator who may."),
        };
        Err(Problem::new(Kind::Forbidden, "role_lacks_permission", sentence, next))
    }

    /// Whoever is to see or hand out footage has read the policy first: asked here and nowhere else, so that no
    /// route can forget it.
    fn check_policy(&self, permission: Permission) -> Result<(), Problem> {
        match (self, permission) {
            (Self::Browser(SignedIn { emergency: Some(_), .. }), Permission::SeeFootage) => Ok(()),
            (Self::Browser(signed_in), Permission::SeeFootage | Permission::Export) => {
                jobs::policy::refusal(signed_in.standing).map_or(Ok(()), Err)
            }
            _ => Ok(()),
        }
    }

    /// Until when the caller sees footage, where something ends it.
    pub fn sees_until(&self) -> Option<UtcInstant> {
        match self {
            Self::Browser(SignedIn { user, emergency, standing, .. })
                if !(user.role.may(Permission::SeeFootage) && standing.is_clear()) =>
            {
                *emergency
            }
            _ => None,
        }
    }

    fn may(&self, permission: Permission) -> bool {
        match self {
            Self::Browser(SignedIn { emergency: Some(_), .. }) if permission == Permission::SeeFootage => true,
            Self::Browser(signed_in) => signed_in.user.role.may(permission),
            // Whoever holds the box's own shell holds the box; what they do is logged all the same.
            Self::Local(_) => true,
        }
    }
}

pub const fn cookie_name(carriage: Carriage) -> &'static str {
    match carriage {
        // Browsers take the __Host- prefix only with Secure, which plain HTTP can't have.
        Carriage::Loopback => "holdfast",
        Carriage::Tls => "__Host-holdfast",
    }
}

/// The session token in a request's cookies.
pub fn session_token(parts: &Parts, carriage: Carriage) -> Option<String> {
    let name = cookie_name(carriage);
    parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// The caller, if known. The session is noted as used, at most once a minute.
pub async fn identify(parts: &Parts, doors: &State) -> Result<Option<Caller>, Problem> {
    if let Some(peer) = parts.extensions.get::<LocalPeer>() {
        return Ok(Some(Caller::Local(*peer)));
    }
    let Some(token) = session_token(parts, doors.carriage) else { return Ok(None) };
    let (token_hash, csrf) = (secret::digest(&token), secret::csrf_token(&token));
    Ok(session(doors, token_hash, csrf).await?.map(Caller::Browser))
}

/// Whose session it is, if it is in force. Notes it as used.
async fn session(doors: &State, token_hash: [u8; 32], csrf: String) -> Result<Option<SignedIn>, Problem> {
    let (house, in_force) = (Arc::clone(&doors.house), doors.policy.as_ref().map(|policy| policy.version));
    blocking(move || {
        let (now, catalogue) = (clock::now().utc, &house.catalogue);
        let found = catalogue.read_at_once(|connection| {
            let Some((user, last_used)) = user::session(connection, &token_hash, now)? else { return Ok(None) };
            let scope = user_limit::scope(connection, user.id)?;
            let last = acknowledgement::last(connection, user.id)?;
            let standing = policy::standing(in_force, last.as_ref(), house.office().day(now));
            let opened = emergency::last(connection, user.id)?.filter(|opening| opening.is_in_force(now));
            let emergency = opened.map(|opening| opening.until);
            Ok(Some((SignedIn { user, scope, token_hash, csrf, standing, emergency }, last_used)))
        })?;
        if let Some((_, last_used)) = &found
            && now.nanos_since(*last_used) > 60_000_000_000
        {
            catalogue.write(|transaction| user::touch_session(transaction, &token_hash, now))?;
        }
        Ok::<_, crate::adapters::index::CatalogueError>(found.map(|(signed_in, _)| signed_in))
    })
    .await
}

fn not_signed_in() -> Problem {
    Problem::new(Kind::Unauthenticated, "not_signed_in", "You are not signed in, or your session has ended.", "Sign in, then try again.")
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    State: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        let caller = identify(parts, &State::from_ref(state)).await?.ok_or_else(not_signed_in)?;
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

/// A permission as a type.
pub trait Wanted: Send + Sync {
    const PERMISSION: Permission;
}

macro_rules! wanted {
    ($($name:ident)*) => { $(
        #[doc = concat!("Asks for [`Permission::", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Wanted for $name { const PERMISSION: Permission = Permission::$name; }
    )* };
}
wanted!(SeeReaders OpenEmergency LookAtEmergency SeeFootage Export SeeStatus ManageUsers ReadAudit ErasePersonal ManageKeys PlaceHold ReleaseHold ManageRetention ReceiveRequest SeeCases);

/// Proof that the caller has permission `W`.
pub struct Permit<W> {
    pub caller: Caller,
    wanted: PhantomData<W>,
}

impl<S: Send + Sync, W: Wanted> FromRequestParts<S> for Permit<W>
where
    State: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.require(W::PERMISSION)?;
        Ok(Self { caller, wanted: PhantomData })
    }
}

/// A camera that the caller may know of, configured or removed since, named in the path as `{id}`.
pub struct KnownCamera(pub CameraFacts);

impl<S: Send + Sync> FromRequestParts<S> for KnownCamera
where
    State: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        // Signed in first: a stranger learns nothing about which cameras there are.
        let caller = Caller::from_request_parts(parts, state).await?;
        let doors = State::from_ref(state);
        let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, state).await.map_err(|_| camera_unknown())?;
        let id = path.get("id").and_then(|id| CameraId::new(id).ok()).ok_or_else(camera_unknown)?;
        if !caller.sees(&doors, &id) {
            return Err(camera_unknown().into());
        }
        if let Some(camera) = doors.camera(&id) {
            return Ok(Self(camera.clone()));
        }
        super::api::known_cameras(&doors, &caller, &[id.to_string()]).await?;
        Ok(Self(CameraFacts::removed(id)))
    }
}

pub fn camera_unknown() -> Problem {
    Problem::new(Kind::NotFound, "camera_unknown", "There is no such camera.", "Look it up in the list of cameras.")
}

/// A stated purpose of this very caller, named in the query as `view`: the key to any footage.
pub struct OpenViewing {
    pub caller: Caller,
    pub id: Uuid,
    pub purpose: PurposeKind,
}

impl<S: Send + Sync> FromRequestParts<S> for OpenViewing
where
    State: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Permit { caller, .. } = Permit::<SeeFootage>::from_request_parts(parts, state).await?;
        let doors = State::from_ref(state);
        let query = Query::<HashMap<String, String>>::try_from_uri(&parts.uri).map(|Query(query)| query).unwrap_or_default();
        let asked = || {
            Problem::new(
                Kind::Forbidden,
                "purpose_required",
                "No purpose has been stated for looking at this footage, or it has run out.",
                "State what the viewing is for, then try again.",
            )
        };
        let id: Uuid = query.get("view").and_then(|id| id.parse().ok()).ok_or_else(asked)?;
        let (catalogue, holder) = (Arc::clone(&doors.house.catalogue), caller.holder());
        let found = blocking(move || catalogue.read(|connection| viewing::purpose(connection, id, &holder, clock::now().utc))).await?;
        Ok(Self { caller, id, purpose: found.ok_or_else(asked)? })
    }
}
