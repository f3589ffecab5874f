//! stub
use super::actor::Actor;
pub enum Action {
    SegmentSeal,
    SegmentTorn,
    SegmentQuarantine,
    TamperAlarm,
    HouseStart,
    HouseStop,
}
pub enum Outcome {
    Intent,
    Done,
    Refused,
    Failed,
}
pub struct Entry {
    pub actor: Actor,
    pub action: Action,
    pub object: String,
    pub outcome: Outcome,
    pub basis: Option<String>,
    pub details: serde_json::Map<String, serde_json::Value>,
    pub personal: Vec<(&'static str, String)>,
}
