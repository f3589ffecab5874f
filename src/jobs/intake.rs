//! The public's desk: keeps an application that somebody is writing, hands it over when it is whole,
//! and destroys it when nobody comes back.
//!
//! A draft is sealed, and opened by whoever has its reference and either the browser's token or the
//! code that was given out. Refuses both alike, whether the draft exists or not.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::watch;
use uuid::Uuid;

use super::{case::receive, house::House};
use crate::{
    adapters::{
        clock, secret,
        vault::locker::{Locker, LockerError, LockerName},
    },
    domain::{
        actor::Actor,
        intake::{Answers, Errand, application},
    },
    problem::{Kind, Problem},
};

const FOLDER: &str = "drafts";
/// What the words of a complaint begin with, until they are written.
pub const ABOUT_REQUEST: &str = "about-request";
const SWEEP_EVERY: std::time::Duration = std::time::Duration::from_secs(600);

/// An application being written.
#[derive(Serialize, Deserialize)]
pub struct Draft {
    /// For people: `ABCDE-FGHJK`.
    pub reference: String,
    pub errand: Errand,
    /// The same however often it is sent.
    submission: Uuid,
    pub answers: Answers,
    /// SHA-256 of the browser's token.
    token: [u8; 32],
    /// SHA-256 of the code for coming back, once one was given out.
    code: Option<[u8; 32]>,
}

/// Keeps drafts.
pub struct Desk {
    drafts: Locker,
    house: Arc<House>,
}

/// What the applicant is told once an application is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub reference: String,
    /// Shown once; None where the same application had come in before and has been worked on since.
    pub code: Option<String>,
    /// By when an answer is due, and that footage is kept meanwhile.
    pub next: String,
}

impl From<LockerError> for Problem {
    fn from(error: LockerError) -> Self {
        let next = "Nothing was sent. Try again in a moment, or write or call us.";
        Self::new(Kind::Fault, "locker", "Your answers could not be kept or read.", next).because(error)
    }
}

impl Desk {
    pub fn open(house: Arc<House>) -> Result<Self, Problem> {
        let drafts = house.vault.locker(FOLDER).map_err(LockerError::from)?;
        Ok(Self { drafts, house })
    }

    /// A new draft and the browser's token for it.
    /// `about` is what a complaint begins with.
    pub fn begin(&self, errand: Errand, about: Option<String>) -> Result<(Draft, String), Problem> {
        let token = secret::token()?;
        let reference = secret::code()?.chars().take(11).collect();
        let draft = Draft {
            reference,
            errand,
            submission: secret::random_uuid()?,
            answers: about.into_iter().map(|words| (ABOUT_REQUEST.to_owned(), words)).collect::<Answers>(),
            token: secret::digest(&token),
            code: None,
        };
        self.keep(&draft)?;
        Ok((draft, token))
    }

    /// The house that the desk stands in.
    pub const fn house(&self) -> &Arc<House> {
        &self.house
    }

    pub fn keep(&self, draft: &Draft) -> Result<(), Problem> {
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(draft).map_err(|error| lost().because(error))?);
        Ok(self.drafts.put(name(&draft.reference), &plain)?)
    }

    /// The draft that this browser writes.
    pub fn of_browser(&self, reference: &str, token: &str) -> Result<Option<Draft>, Problem> {
        Ok(self.find(reference)?.filter(|draft| bool::from(draft.token.ct_eq(&secret::digest(token)))))
    }

    /// Makes the code to come back with; an earlier one is void.
    pub fn give_code(&self, draft: &mut Draft) -> Result<String, Problem> {
        let code: String = secret::code()?.chars().take(23).collect();
        draft.code = Some(secret::digest(&code));
        self.keep(draft)?;
        Ok(code)
    }

    /// The draft of somebody who comes back, and a new token for the browser.
    pub fn come_back(&self, reference: &str, code: &str) -> Result<Option<(Draft, String)>, Problem> {
        let given = secret::digest(&secret::normalise_code(code));
        let found = self.find(&secret::normalise_code(reference))?;
        // Compared in any case, so that a reference that exists takes as long as one that doesn't.
        let kept = found.as_ref().and_then(|draft| draft.code).unwrap_or_default();
        let fits = bool::from(kept.ct_eq(&given));
        let Some(mut draft) = found.filter(|draft| fits && draft.code.is_some()) else { return Ok(None) };
        let token = secret::token()?;
        draft.token = secret::digest(&token);
        self.keep(&draft)?;
        Ok(Some((draft, token)))
    }

    /// Hands a whole application over; the draft is destroyed once the case is on the disk. Sent twice,
    /// it is the same case.
    pub fn submit(&self, draft: &Draft, zone: &TimeZone) -> Result<Receipt, Problem> {
        let whole = application(draft.errand, &draft.answers, zone, draft.submission, clock::now().utc);
        let taken = receive::receive(&self.house, whole, Actor::Job("portal"))?;
        if let Err(error) = self.drafts.destroy(name(&draft.reference)) {
            // Swept later; what matters is in the case.
            tracing::error!(%error, "a sent draft could not be destroyed");
        }
        let answered_by = taken.due.due.strftime("%-d %B %Y");
        let kept = if taken.holds.is_empty() { "" } else { " The footage you asked about is kept until then, if it was still there." };
        Ok(Receipt {
            reference: taken.reference.to_string(),
            code: taken.code.map(|code| code.reveal().to_owned()),
            next: format!("You hear from us by {answered_by}.{kept} If we need to know more, we ask you."),
        })
    }

    fn find(&self, reference: &str) -> Result<Option<Draft>, Problem> {
        let Some(plain) = self.drafts.get(name(reference))? else { return Ok(None) };
        serde_json::from_slice(&plain).map(Some).map_err(|error| lost().because(error))
    }
}

fn lost() -> Problem {
    Problem::new(Kind::Fault, "draft_lost", "Your answers could not be read.", "Begin again, or write or call us.")
}

fn name(reference: &str) -> LockerName {
    LockerName(Sha256::new().chain_update(b"holdfast/draft").chain_update(reference).finalize().into())
}

/// Destroys abandoned drafts until `stop` turns true.
pub async fn keep_sweeping(desk_of: Arc<House>, keep_seconds: i64, mut stop: watch::Receiver<bool>) {
    loop {
        let house = Arc::clone(&desk_of);
        let swept = tokio::task::spawn_blocking(move || {
            house.vault.locker(FOLDER).map_err(LockerError::from)?.sweep(clock::now().utc.plus_seconds(-keep_seconds))
        });
        match swept.await {
            Ok(Ok(0)) => {}
            Ok(Ok(count)) => tracing::info!(count, "abandoned applications destroyed"),
            Ok(Err(error)) => tracing::error!(%error, "abandoned applications could not be destroyed"),
            Err(error) => tracing::error!(%error, "the sweep of abandoned applications ended badly"),
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
