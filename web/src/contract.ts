// The staff API as the browser sees it (/api/v1, served by the Rust binary): the one place where
// its JSON shapes are written down on this side. Times are RFC 3339 strings here and become unix
// seconds at the edge (site_time.ts). Next: api.ts, which fetches these.

export type CameraState = "recording" | "connecting" | "stalled" | "refused" | "off";

export type Role = "viewer" | "reviewer" | "approver" | "data_protection_officer" | "administrator" | "auditor";

export type PurposeKind = "patrol_review" | "incident" | "case" | "camera_check" | "legal_claim";

export interface Purpose {
  kind: PurposeKind;
  reason: string;
}

export interface View {
  id: string;
  purpose: Purpose;
}

/** GET /api/v1/session */
export interface Session {
  /** `has_second_factor`: acts that ask for the password ask for a code too. `has_passkey`: a passkey does instead. */
  user: { id: string; name: string; role: Role; has_second_factor: boolean; has_passkey: boolean };
  site: { name: string; time_zone: string };
  csrf: string;
  view: View | null;
  policy: PolicyStanding;
  /** Until when footage is open in an emergency. */
  emergency: string | null;
  /** Openings that the data protection officer has not looked at; 0 for everybody else. */
  emergencies_to_look_at: number;
}

export interface PolicyStanding {
  state: "not_asked" | "fresh" | "due_at" | "due" | "new_text" | "never" | "training_too_old";
  /** The day it ends or ended on. */
  day: string | null;
  /** Whether footage is shown. */
  clear: boolean;
}

/** GET /api/v1/policy */
export interface Policy {
  version: string | null;
  text: string | null;
  standing: PolicyStanding;
}

/** One of GET /api/v1/policy/readers */
export interface PolicyReader {
  id: string;
  name: string;
  role: Role;
  standing: PolicyStanding;
}

/** One of GET /api/v1/emergencies. Reason and note are null once erased from the log. */
export interface Emergency {
  id: string;
  by: string;
  opened: string;
  until: string;
  reason: string | null;
  looked_at: string | null;
  note: string | null;
}

/** One of GET /api/v1/cameras/register */
export interface RegisterEntry {
  camera: string;
  name: string;
  place: string;
  purpose: string;
  keep_s: number;
  field_of_view: string | null;
  sign: string | null;
  privacy_mask: string | null;
  dpia: string | null;
  contact: string | null;
  missing: string[];
}

/** One of GET /api/v1/cameras. `mime` is null until the camera has sent parameters. */
export interface Camera {
  id: string;
  name: string;
  place: string;
  purpose: string;
  keep_s: number;
  state: CameraState;
  since: string | null;
  last_frame: string | null;
  codec: string | null;
  mime: string | null;
  width: number | null;
  height: number | null;
  fps: number | null;
  error: string | null;
  /** The live picture is shown for a legal claim only. */
  restricted: boolean;
}

/** GET /api/v1/status */
export interface Status {
  version: string;
  uptime_s: number;
  clock: { synchronised: boolean };
  cameras: {
    id: string;
    state: CameraState;
    since: string | null;
    last_frame: string | null;
    fps: number | null;
    bitrate: number | null;
    codec: string | null;
    error: string | null;
  }[];
  storage: { free_bytes: number; used_bytes: number; oldest: string | null; days_to_full: number | null };
  keys: { epoch: number; custody: string; claim: { tier: string; sentence: string } };
  expiry: { last_run: string | null; refused: string | null; overdue: number };
  holds: { in_force: number; review_overdue: number };
  retention: { reviews_overdue: number; disk_too_small: TooSmall[] };
  witnesses: Witness[];
  cases: { open: number; due_soon: number; overdue: number; forms_owed: number };
  /** How far the days that deadlines roll over are known. */
  bank_holidays: { known_until: string; renew: boolean };
  /** Whether a policy is configured, and how many who see footage have yet to acknowledge it. */
  policy: { configured: boolean; not_clear: number };
  emergencies: { not_looked_at: number; open_now: number };
  /** Whether people are told by mail; how many wait after a failed try, and how many never arrived in a month. */
  mail: { configured: boolean; waiting: number; undelivered: number; staff_undelivered: number };
}

/** Who else keeps checkpoints of the audit log, and how they stand to it. */
export interface Witness {
  witness: string;
  standing: "not_asked" | "agrees" | "waits" | "contradicts";
  last_seen: string | null;
  leaves: number | null;
  detail: string;
}

export interface TooSmall {
  camera: string;
  lasts_days: number;
  promised_days: number;
}

export type GapCause =
  | "camera_lost"
  | "stall"
  | "refused"
  | "packet_loss"
  | "overload"
  | "storage"
  | "clock_step"
  | "restart";

/** GET /api/v1/cameras/{id}/timeline?from=&to= */
export interface TimelineAnswer {
  /** What plays for any purpose. */
  recorded: { from: string; to: string }[];
  /** Recorded too, but shown for a legal claim only. */
  restricted: { from: string; to: string }[];
  held: { hold: string; kind: HoldKind; from: string; to: string }[];
  gaps: { from: string; to: string; cause: GapCause }[];
  activity: { from: string; bucket_s: number; values: (number | null)[] };
}

/** Text messages of the live WebSocket; binary messages between them are init and fragments. */
export type LiveMessage =
  | { type: "init"; mime: string }
  | { type: "state"; state: CameraState; error: string | null };

/** POST /api/v1/exports, and one of GET /api/v1/exports */
export interface ExportRequest {
  case: string;
  cameras: string[];
  from: string;
  to: string;
  purpose: Purpose;
}

export interface ExportRow {
  id: string;
  case?: string;
  cameras: string[];
  from: string;
  to: string;
  estimate_bytes?: number | null;
  bundle: string;
  created?: string | null;
  by?: string | null;
}

export type HoldKind = "hold" | "restriction";

export interface Stretch {
  camera: string;
  start: string;
  end: string;
}

/** POST /api/v1/holds */
export interface HoldRequest {
  kind: HoldKind;
  cameras: string[];
  from: string;
  /** A time, or "open". */
  to: string;
  reason: string;
  case: string;
  requester: string;
  review_by: string;
}

/** The answer to it: what is kept now, and what had gone before. */
export interface Receipt {
  id: string;
  covered: Stretch[];
  already_gone: Stretch[];
  future: boolean;
}

export interface Person {
  id: string;
  name: string;
}

/** One of GET /api/v1/holds */
export interface Hold {
  id: string;
  kind: HoldKind;
  cameras: string[];
  from: string;
  to: string | null;
  reason: string;
  case: string;
  requester: string;
  review_by: string;
  review_overdue: boolean;
  placed: string;
  placed_by: string;
  stage: "in_force" | "awaiting_second" | "releasing" | "released";
  /** Asked at, releasing until, or released at. */
  stage_at: string | null;
  first: Person | null;
  second: Person | null;
  last_check: { at: string; ok: boolean; report: CheckReport | null } | null;
}

export interface CheckReport {
  segments?: number;
  seconds_expected?: number;
  seconds_covered?: number;
  damaged?: string[];
}

/** GET /api/v1/holds/{id} */
export type HoldShown = Hold & { receipt: Receipt };

/** One of GET /api/v1/expiry/plan */
export interface PlanLine {
  segment: string;
  camera: string;
  start: string;
  end: string;
  due: string;
  reason: string;
  blocked_by: string[];
}

/** GET /api/v1/retention */
export interface Retention {
  cameras: {
    camera: string;
    period_s: number;
    period: string;
    reason: string | null;
    review_by: string | null;
    review_overdue: boolean;
    older_rules: { recorded_from: string | null; recorded_until: string | null; period_s: number; period: string }[];
    shortening: Shortening | null;
  }[];
  disk: {
    capacity_bytes: number;
    bytes_a_day: number;
    needed_bytes: number;
    lasts_s: number | null;
    too_small: TooSmall[];
    sentence: string;
  };
}

export interface Shortening {
  state: string;
  first: Person | null;
  second: Person | null;
  effective: string | null;
  would_go: { segments: number; seconds: number; from: string | null; to: string | null; held: number };
}

/** One of GET /api/v1/deletions */
export interface Deletion {
  id: string;
  cameras: string[];
  from: string;
  to: string;
  reason: string;
  case: string;
  state: "awaiting second person" | "granted" | "done";
  first: Person;
  second: Person | null;
  done: string | null;
}

/** One of GET /api/v1/audit?from_seq=&limit= */
export interface AuditEntry {
  seq: number;
  at: string;
  actor: unknown;
  action: string;
  object: string;
  outcome: string;
  basis: string | null;
}

/** RFC 9457, as every refusal of the API is written. `detail` is the next step. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}

export type RequestKind =
  | "subject_access"
  | "police"
  | "police_urgent"
  | "court_order"
  | "other_statutory"
  | "legal_proceedings"
  | "objection"
  | "restriction"
  | "erasure"
  | "complaint"
  | "information"
  | "media";

export type Channel = "portal" | "email" | "phone" | "post" | "in_person" | "social_media";

export type RequestState =
  | "received"
  | "identity_pending"
  | "authority_pending"
  | "fee_pending"
  | "searching"
  | "clarification_pending"
  | "not_held"
  | "reviewing"
  | "redacting"
  | "checking"
  | "ready"
  | "released"
  | "partly_released"
  | "refused"
  | "closed"
  | "withdrawn";

/** One of GET /api/v1/cases. Days are local dates, like 2026-12-24. */
export interface RequestLine {
  reference: string;
  kind: RequestKind;
  channel: Channel;
  state: RequestState;
  /** The state in words. */
  stands: string;
  /** Null once the personal data was erased. */
  requester: string | null;
  received: string;
  due: string;
  work_to: string;
  extension_notice_last_day: string | null;
  /** Null once answered. */
  clock: "not_started" | "running" | "paused" | "overdue" | null;
  days_left: number;
  overdue: boolean;
  due_soon: boolean;
  form_owed: boolean;
  version: number;
}

/** What was decided, and by whom, as far as it has come. A person is named as in the log. */
export interface RequestAnswer {
  outcome: "release_whole" | "release_part" | "refuse" | "nothing_held" | "grant";
  letter: string | null;
  approved_by: unknown;
}

/** GET /api/v1/cases/{case} */
export interface RequestShown extends RequestLine {
  facts: { state: RequestState; answer?: RequestAnswer | null };
  person: { name: string; contact: string; organisation: string; needs: string } | null;
  words: string | null;
  /** What helps to find them; null once the case is closed. */
  sought: string | null;
  form: Record<string, string> | null;
  asked: { place: string; cameras: string[]; from: string; to: string }[];
  holds: string[];
  events: { at: string; on: string; by: string; event: string; state: string; record: unknown }[];
  told: Mailed[];
}

/** A mail to whoever asked: that there is news, never what. Ending and ended are null while it waits. */
export interface Mailed {
  news: "received" | "asked" | "later" | "answered";
  queued: string;
  ending: "sent" | "no_address" | "refused" | "given_up" | null;
  ended: string | null;
}

/** GET /api/v1/cases/{case}/letters */
export interface Letter {
  kind: string;
  title: string;
  /** Whether a decision is approved with it. */
  is_answer: boolean;
  /** Where it is drafted; null while it can't be. */
  pdf: string | null;
  why_not: { title: string; detail: string } | null;
}

/** One of GET /api/v1/cases/{case}/search-help: where to look for a stretch that was asked for. */
export interface SearchHelp {
  place: string;
  asked_from: string;
  asked_to: string;
  /** The time to look through: an hour more at either end. */
  from: string;
  to: string;
  /** Those to look at first at the top. */
  cameras: SearchCamera[];
}

export interface SearchCamera {
  camera: string;
  name: string;
  place: string;
  why: "named" | "near" | "rest";
  /** Near: the words its place shares with the place asked for. */
  words: string[];
  /** How much of the time it has recorded, seconds. */
  recorded_s: number;
}

/** One of GET /api/v1/cases/{case}/copies: a film that staff put on a medium. */
export interface CopyFilm {
  name: string;
  bytes: number;
  film: string;
}

/** GET /api/v1/disclosures */
export interface Disclosure {
  case: string;
  released: string;
  recipient: string;
  organisation: string;
  ground: string;
  basis: string;
  content: string;
  decided_by: { name: string };
  checked_by: { name: string };
  approved_by: { name: string };
  released_by: { name: string };
}

/** Requests of a kind, counted. */
export interface YearTally {
  received: number;
  answered_in_time: number;
  answered_late: number;
  open: number;
  overdue: number;
  without_answer: number;
  extended: number;
  median_days: number | null;
}

/** GET /api/v1/register/numbers */
export interface YearNumbers {
  year: number;
  as_of: string;
  all: YearTally;
  kinds: (YearTally & { kind: RequestKind })[];
  refusals: { ground: string; count: number }[];
  disclosures: { recipient: string; count: number }[];
}

/** GET /api/v1/cases/{case}/papers */
export interface IdentityPaper {
  id: string;
  content: "jpeg" | "png" | "pdf";
  bytes: number;
  came: string;
  /** Where it is looked at; each look is logged. */
  paper: string;
}

/** GET /api/v1/cases/{case}/delivery */
export interface Delivery {
  expires: string;
  open: boolean;
  downloads: number;
  downloads_max: number;
  wrong_codes: number;
  wrong_codes_max: number;
  revoked: boolean;
}

/** POST /api/v1/cases/{case}/delivery: shown once. */
export interface DeliveryOffered {
  link: string;
  code: string;
  expires: string;
}

/** POST /api/v1/cases */
export interface RequestReceipt {
  reference: string;
  code: string | null;
  due: string;
  days_left: number;
  holds: string[];
}

/** One of GET /api/v1/cases/{case}/redactions */
export interface Redaction {
  id: string;
  case: string;
  camera: string;
  from: string;
  to: string;
  first_frame: string;
  created: string;
  mode: "default_deny" | "mask_others";
  width_px: number;
  height_px: number;
  frames: number;
  doubts_open: number;
  revision: number;
  stands: "draft" | "rendering" | "failed" | "rendered" | "reviewed";
  making: { stage: "looking" | "rendering" | "checking" | "sealing"; frames: number; of_frames: number } | null;
  failure: { title: string; detail: string } | null;
  film: { sha256: string; bytes: number; at: string; undecoded: number } | null;
  reviewed: { by: string; at: string } | null;
  missing: string | null;
  /** Whose turn it is with the film. */
  turn: { turn: "asked" | "sent_back"; by: string; at: string; reason: string | null } | null;
  /** The reader had a hand in it, and so can't be its second person. */
  worked_on: boolean;
  /** The clip was looked through for people since the box started, so that a click is answered quickly. */
  analysed: boolean;
  /** What has to be said of the last proposals. */
  notice: string | null;
}

/** GET /api/v1/cases/{case}/redactions/{redaction}: `plan` in redaction/plan.ts. */
export type RedactionShown<P> = Redaction & { plan: P; me: string | null };
