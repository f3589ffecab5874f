//! Passkeys (WebAuthn level 3), by webauthn-rs: the two ceremonies, and what is outstanding of them.
//!
//! A passkey is a key on the owner's device that signs only after the device has recognised its owner
//! and only for our own name, so it is two factors at once and can't be typed into a false page. What
//! was asked is kept here for five minutes under a ticket that works once. Refuses a site without a
//! name: passkeys belong to names, not to addresses. Next: `jobs::passkey`.

use std::collections::HashMap;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use uuid::Uuid;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, WebauthnError},
};

use super::secret::{self, SecretError};
use crate::domain::actor::UserId;

const TICKET_NANOS: i64 = 5 * 60 * 1_000_000_000;
/// Outstanding at most of each kind; then the oldest are forgotten. Anybody may ask to show one, so there are
/// many; only who is signed in makes one.
const SHOWING_MAX: usize = 20_000;
const JOINING_MAX: usize = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    #[error("passkeys need a site that is opened by a name over https, or at localhost")]
    NoName,
    #[error(transparent)]
    Random(#[from] SecretError),
    #[error("the ticket is used up, too old, or another's")]
    NoTicket,
    #[error("the browser's answer can't be read")]
    Unreadable(#[source] serde_json::Error),
    #[error("the passkey did not show what was asked")]
    NotShown(#[source] WebauthnError),
}

/// What a browser is asked to do: its options, and the ticket that goes back with the answer.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    pub ticket: String,
    /// For `navigator.credentials`, binary values as base64url.
    pub options: Value,
}

/// A browser's answer: the ticket, and the credential as JSON (WebAuthn `toJSON`).
#[derive(Clone, Debug, Deserialize)]
pub struct Answered {
    pub ticket: String,
    pub credential: Value,
}

/// A passkey to be kept: its id, and what is needed to check it.
pub struct Kept {
    pub credential: Vec<u8>,
    pub stored: String,
}

/// A passkey that is being made.
struct Joining {
    user: UserId,
    name: String,
    state: PasskeyRegistration,
}

/// What was asked, by ticket, with its end on the boot-time clock.
struct Outstanding<T>(Mutex<HashMap<String, (i64, T)>>);

impl<T> Outstanding<T> {
    fn put(&self, asked: T, most: usize, now_nanos: i64) -> Result<String, PasskeyError> {
        let ticket = secret::token()?;
        let mut all = self.0.lock();
        if all.len() >= most {
            all.retain(|_, (until, _)| *until > now_nanos);
        }
        if all.len() >= most
            && let Some(oldest) = all.iter().min_by_key(|(_, (until, _))| *until).map(|(ticket, _)| ticket.clone())
        {
            all.remove(&oldest);
        }
        all.insert(ticket.clone(), (now_nanos + TICKET_NANOS, asked));
        Ok(ticket)
    }

    fn take(&self, ticket: &str, now_nanos: i64) -> Option<T> {
        self.0.lock().remove(ticket).filter(|(until, _)| *until > now_nanos).map(|(_, asked)| asked)
    }
}

impl<T> Default for Outstanding<T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

/// The site's side of all ceremonies.
pub struct Passkeys {
    webauthn: Webauthn,
    joining: Outstanding<Joining>,
    showing: Outstanding<DiscoverableAuthentication>,
}

impl Passkeys {
    /// `origin` is how staff open the site; `site` is what their devices call it.
    pub fn new(origin: &Url, site: &str) -> Result<Self, PasskeyError> {
        let name = origin.domain().ok_or(PasskeyError::NoName)?;
        let builder = WebauthnBuilder::new(name, origin).map_err(PasskeyError::NotShown)?;
        let webauthn = builder.rp_name(site).build().map_err(PasskeyError::NotShown)?;
        Ok(Self { webauthn, joining: Outstanding::default(), showing: Outstanding::default() })
    }

    /// Asks for a new passkey of an account; `known` are the ids of those it has.
    pub fn begin(&self, user: UserId, account: &str, name: &str, known: &[Vec<u8>], now_nanos: i64) -> Result<Asked, PasskeyError> {
        let known = known.to_vec();
        let (options, state) =
            self.webauthn.start_passkey_registration(user.0, account, account, Some(known)).map_err(PasskeyError::NotShown)?;
        let joining = Joining { user, name: name.to_owned(), state };
        let mut options = serde_json::to_value(options.public_key).map_err(PasskeyError::Unreadable)?;
        // It has to be found without a user name: nobody learns who has one.
        if let Some(selection) = options.get_mut("authenticatorSelection").and_then(Value::as_object_mut) {
            selection.insert("residentKey".into(), "required".into());
            selection.insert("requireResidentKey".into(), true.into());
        }
        Ok(Asked { ticket: self.joining.put(joining, JOINING_MAX, now_nanos)?, options })
    }

    /// The new passkey of that account, and what its owner calls it.
    pub fn finish(&self, user: UserId, answered: &Answered, now_nanos: i64) -> Result<(String, Kept), PasskeyError> {
        let asked = self.joining.take(&answered.ticket, now_nanos).filter(|joining| joining.user == user);
        let Joining { name, state, .. } = asked.ok_or(PasskeyError::NoTicket)?;
        let credential: RegisterPublicKeyCredential =
            serde_json::from_value(answered.credential.clone()).map_err(PasskeyError::Unreadable)?;
        let passkey = self.webauthn.finish_passkey_registration(&credential, &state).map_err(PasskeyError::NotShown)?;
        Ok((name, kept(&passkey)?))
    }

    /// Asks whoever is there to show a passkey, whosever it is.
    pub fn ask(&self, now_nanos: i64) -> Result<Asked, PasskeyError> {
        let (options, state) = self.webauthn.start_discoverable_authentication().map_err(PasskeyError::NotShown)?;
        let options = serde_json::to_value(options.public_key).map_err(PasskeyError::Unreadable)?;
        Ok(Asked { ticket: self.showing.put(state, SHOWING_MAX, now_nanos)?, options })
    }

    /// Whose passkey an answer claims to be of, and which. Nothing is checked yet.
    pub fn claimed(&self, answered: &Answered) -> Result<(UserId, Vec<u8>), PasskeyError> {
        let credential = assertion(answered)?;
        let (user, id): (Uuid, _) = self.webauthn.identify_discoverable_authentication(&credential).map_err(PasskeyError::NotShown)?;
        Ok((UserId(user), id.to_vec()))
    }

    /// Checks an answer against the passkey that it claims to be of; what is to be kept of it now. The
    /// ticket is used up.
    pub fn check(&self, answered: &Answered, stored: &str, now_nanos: i64) -> Result<Kept, PasskeyError> {
        let state = self.showing.take(&answered.ticket, now_nanos).ok_or(PasskeyError::NoTicket)?;
        let credential = assertion(answered)?;
        let mut passkey: Passkey = serde_json::from_str(stored).map_err(PasskeyError::Unreadable)?;
        let shown = self.webauthn.finish_discoverable_authentication_v2(&credential, state, &passkey).map_err(PasskeyError::NotShown)?;
        if !shown.user_verified() {
            return Err(PasskeyError::NotShown(WebauthnError::UserNotVerified));
        }
        passkey.update_credential(&shown);
        kept(&passkey)
    }
}

fn assertion(answered: &Answered) -> Result<PublicKeyCredential, PasskeyError> {
    serde_json::from_value(answered.credential.clone()).map_err(PasskeyError::Unreadable)
}

fn kept(passkey: &Passkey) -> Result<Kept, PasskeyError> {
    let stored = serde_json::to_string(passkey).map_err(PasskeyError::Unreadable)?;
    Ok(Kept { credential: passkey.cred_id().to_vec(), stored })
}
