//! The audit log's values: what was done, by whom, to what; written before and after the act.
//!
//! A [`Leaf`] is canonical JSON (RFC 8785). Personal details stand beside it with a random salt; the
//! leaf holds only their hashes, so they can be erased without breaking the tree. Objects and
//! details never name a person. Next: `tree` proves a leaf's place, `checkpoint` signs the whole,
//! `witness` shows it to others.

pub mod checkpoint;
pub mod cosignature;
pub mod proof;
pub mod range;
pub mod tree;
pub mod witness;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    actor::Actor,
    instant::{ClockReading, Synchronised, UtcInstant},
};

/// A leaf's place in the log, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeafSeq(pub u64);

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What was done. The dotted names are part of the log's format: never reused, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$doc])* $variant,)* }

        impl Action {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

actions! {
    /// The store was opened and healed.
    HouseStart = "house.start",
    HouseStop = "house.stop",
    SettingsLoaded = "settings.loaded",
    /// The configuration file was changed by the command line.
    CameraAdd = "camera.add",
    CameraRemove = "camera.remove",
    SetupComplete = "setup.complete",
    SessionLogin = "session.login",
    SessionRefused = "session.refused",
    SessionLogout = "session.logout",
    UserAdd = "user.add",
    UserDisable = "user.disable",
    UserReset = "user.reset",
    /// Which cameras an account may know of was changed.
    UserLimit = "user.limit",
    /// An account has an authenticator app from now on, or no more.
    SecondFactorAdd = "second_factor.add",
    SecondFactorRemove = "second_factor.remove",
    /// A passkey joined an account, or was taken off it.
    PasskeyAdd = "passkey.add",
    PasskeyRemove = "passkey.remove",
    /// Somebody has read the policy, and says when they were trained.
    PolicyAcknowledge = "policy.acknowledge",
    /// Footage was opened in an emergency; the data protection officer has looked at that.
    EmergencyOpen = "emergency.open",
    EmergencyLook = "emergency.look",
    /// Somebody stated what they want to look at footage for.
    ViewOpen = "view.open",
    FootageLive = "footage.live",
    FootagePlay = "footage.play",
    FootageFrame = "footage.frame",
    SegmentSeal = "segment.seal",
    SegmentTorn = "segment.torn",
    SegmentQuarantine = "segment.quarantine",
    /// The disk could not read a segment on.
    SegmentUnreadable = "segment.unreadable",
    /// Footage that an older catalogue knows nothing of was entered again.
    SegmentAdopt = "segment.adopt",
    SegmentExpire = "segment.expire",
    ExpiryRefused = "expiry.refused",
    /// Somebody has looked at what held expiry up, and lets it go on.
    ExpiryAcknowledge = "expiry.acknowledge",
    RetentionSet = "retention.set",
    RetentionShortenAsk = "retention.shorten_ask",
    RetentionShortenGrant = "retention.shorten_grant",
    RetentionShortened = "retention.shortened",
    HoldPlace = "hold.place",
    HoldReleaseAsk = "hold.release_ask",
    HoldReleaseGrant = "hold.release_grant",
    HoldReleaseWithdraw = "hold.release_withdraw",
    HoldReleased = "hold.released",
    HoldCheck = "hold.check",
    /// A request was written down, and what it asks for kept.
    CaseReceive = "case.receive",
    CaseMove = "case.move",
    CaseDecide = "case.decide",
    CaseApprove = "case.approve",
    CaseRelease = "case.release",
    CaseClose = "case.close",
    CaseRead = "case.read",
    /// Somebody was told by mail that there is news, or could not be.
    MailSend = "mail.send",
    /// A letter was drafted for whoever asked.
    CaseLetter = "case.letter",
    /// A paper that shows who asks came in, was looked at, was destroyed.
    IdentityPaperReceive = "identity_paper.receive",
    IdentityPaperRead = "identity_paper.read",
    IdentityPaperDelete = "identity_paper.delete",
    /// A released copy can be fetched by a link, or no longer.
    DeliveryOffer = "delivery.offer",
    DeliveryRevoke = "delivery.revoke",
    /// A code was tried at a link.
    DeliveryOpen = "delivery.open",
    /// Bytes of a released copy were asked for.
    DeliveryFetch = "delivery.fetch",
    RegisterRead = "register.read",
    /// A plan was begun for footage of a case: what of it may be shown.
    RedactionBegin = "redaction.begin",
    RedactionLook = "redaction.look",
    /// People are looked for in its clip.
    RedactionAnalyse = "redaction.analyse",
    RedactionSave = "redaction.save",
    RedactionRender = "redaction.render",
    /// Another person stands behind a film.
    RedactionApprove = "redaction.approve",
    /// Another person is asked to watch a film; gives it back to whoever drew it.
    RedactionAsk = "redaction.ask",
    RedactionReturn = "redaction.return",
    DeletionAsk = "deletion.ask",
    DeletionGrant = "deletion.grant",
    ExportCreate = "export.create",
    ExportDownload = "export.download",
    /// Personal values of a leaf were erased.
    AuditErase = "audit.erase",
    AuditRead = "audit.read",
    AuditProve = "audit.prove",
    /// A new generation of keys came in force.
    KeysRotate = "keys.rotate",
    /// The secret of a past generation is gone.
    KeysDestroyed = "keys.destroyed",
    /// A copy of the catalogue, the slots and the configuration was handed out.
    BackupMake = "backup.make",
    /// A store goes on from a backup.
    StoreRestore = "store.restore",
    /// MASTER was wrapped under a new passphrase.
    RecoveryMake = "recovery.make",
    ClockStep = "clock.step",
    TamperAlarm = "tamper.alarm",
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// About to be done; a second leaf says how it went.
    Intent,
    Done,
    Refused,
    Failed,
}

/// What a job or door wants written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub actor: Actor,
    pub action: Action,
    /// Ids only: never a person's name.
    pub object: String,
    pub outcome: Outcome,
    /// The ground it rests on: a purpose, a case, a rule.
    pub basis: Option<String>,
    /// Public facts, no personal data. Whole numbers and texts only, so that their canonical form
    /// is beyond doubt.
    pub details: serde_json::Map<String, serde_json::Value>,
    /// Field and value: names, reasons in somebody's words.
    pub personal: Vec<(&'static str, String)>,
}

/// A personal value as kept beside its leaf.
#[derive(Clone, PartialEq, Eq)]
pub struct Salted {
    pub field: String,
    pub salt: [u8; 16],
    /// None once erased; the leaf's hash stays.
    pub value: Option<String>,
}

impl Salted {
    /// SHA-256 over salt and value, as the leaf holds it.
    pub fn commitment(salt: &[u8; 16], value: &str) -> String {
        hex::encode(Sha256::new().chain_update(salt).chain_update(value).finalize())
    }
}

/// A line of the log. Field order is the canonical one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    pub action: String,
    /// `job:<name>`, `staff:<uuid>`, `local:<uid>` or `unknown`.
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub basis: Option<String>,
    pub boottime_ns: i64,
    pub clock_synchronised: bool,
    pub details: serde_json::Map<String, serde_json::Value>,
    pub object: String,
    pub outcome: Outcome,
    /// Field to hex SHA-256 of salt and value.
    pub personal: BTreeMap<String, String>,
    pub seq: u64,
    pub utc: UtcInstant,
    /// Version of this form.
    pub v: u8,
}

impl Leaf {
    pub fn new(seq: LeafSeq, at: &ClockReading, entry: &Entry, personal: &[Salted]) -> Self {
        let actor = match &entry.actor {
            Actor::Job(name) => format!("job:{name}"),
            Actor::Staff { id, .. } => format!("staff:{}", id.0),
            Actor::LocalOperator { uid } => format!("local:{uid}"),
            Actor::Unknown => "unknown".to_owned(),
        };
        let committed = |salted: &Salted| Some((salted.field.clone(), Salted::commitment(&salted.salt, salted.value.as_deref()?)));
        Self {
            action: entry.action.name().to_owned(),
            actor,
            basis: entry.basis.clone(),
            boottime_ns: at.boottime_nanos,
            clock_synchronised: at.synchronised == Synchronised::Yes,
            details: entry.details.clone(),
            object: entry.object.clone(),
            outcome: entry.outcome,
            personal: personal.iter().filter_map(committed).collect(),
            seq: seq.0,
            utc: at.utc,
            v: 1,
        }
    }

    /// The bytes that are hashed: JSON Canonicalization Scheme (RFC 8785).
    pub fn canonical(&self) -> Result<String, NotCanonical> {
        if self.is_plain() {
            return serde_json::to_string(self).map_err(|_| NotCanonical);
        }
        serde_json_canonicalizer::to_string(self).map_err(|_| NotCanonical)
    }

    /// Whether ordinary JSON is canonical already, at a third of the cost: maps are sorted by bytes, so
    /// names in ASCII are in order, and whole numbers that a double holds exactly are written alike.
    fn is_plain(&self) -> bool {
        self.boottime_ns.unsigned_abs() <= EXACT_MAX
            && self.seq <= EXACT_MAX
            && self.personal.keys().all(|name| name.is_ascii())
            && self.details.iter().all(|(name, value)| name.is_ascii() && is_plain(value))
    }

    /// Reads a line back, refusing any form but the canonical one.
    pub fn parse(line: &str) -> Result<Self, NotCanonical> {
        let leaf: Self = serde_json::from_str(line).map_err(|_| NotCanonical)?;
        if leaf.canonical()? == line { Ok(leaf) } else { Err(NotCanonical) }
    }
}

/// Whole numbers up to here are exact as doubles, which is what RFC 8785 makes of every number.
const EXACT_MAX: u64 = 1 << 53;

fn is_plain(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) => {
            number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs)).is_some_and(|size| size <= EXACT_MAX)
        }
        serde_json::Value::Array(list) => list.iter().all(is_plain),
        serde_json::Value::Object(map) => map.iter().all(|(name, value)| name.is_ascii() && is_plain(value)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::String(_) => true,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the line is no audit leaf in canonical form")]
pub struct NotCanonical;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1000i64..1000).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let list = prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from);
            let map =
                prop::collection::vec(("[a-zA-Z_]{0,4}|.{0,3}", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect()));
            prop_oneof![list, map]
        })
    }

    proptest! {
        /// The short way to the canonical form leads to the very bytes of the long one. RFC 8785 orders
        /// names by UTF-16 units, which beyond the surrogates is not the order of bytes.
        #[test]
        fn both_ways_to_the_canonical_form_agree(
            details in prop::collection::vec(("[a-z_]{1,6}|[\u{e000}\u{ffff}\u{10000}]{1,2}", any_value()), 0..6), object in ".*", boottime_ns: i64, seq: u64,
        ) {
            let leaf = Leaf {
                action: "view.open".into(), actor: "unknown".into(), basis: Some(object.clone()), boottime_ns, clock_synchronised: true,
                details: details.into_iter().collect(), object, outcome: Outcome::Done, personal: BTreeMap::new(), seq,
                utc: UtcInstant::from_unix_seconds(1_800_000_000), v: 1,
            };
            prop_assert_eq!(leaf.canonical().unwrap(), serde_json_canonicalizer::to_string(&leaf).unwrap());
        }
    }
}
