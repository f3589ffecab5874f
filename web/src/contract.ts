// The staff API as the browser sees it (/api/v1, served by the Rust binary): the one place where
// its JSON shapes are written down on this side. Times are RFC 3339 strings here and become unix
// seconds at the edge (site_time.ts). Next: api.ts, which fetches these.

export type CameraState = "recording" | "connecting" | "stalled" | "refused" | "off";

export type Role = "viewer" | "reviewer" | "approver" | "data_protection_officer" | "administrator" | "auditor";

export type PurposeKind = "patrol_review" | "incident" | "case" | "camera_check";

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
  keys: { epoch: number; custody: string };
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
  recorded: { from: string; to: string }[];
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
