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
  user: { id: string; name: string; role: Role };
  site: { name: string; time_zone: string };
  csrf: string;
  view: View | null;
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
  form: Record<string, string> | null;
  asked: { place: string; cameras: string[]; from: string; to: string }[];
  holds: string[];
  events: { at: string; on: string; by: string; event: string; state: string; record: unknown }[];
}

/** POST /api/v1/cases */
export interface RequestReceipt {
  reference: string;
  code: string | null;
  due: string;
  days_left: number;
  holds: string[];
}
