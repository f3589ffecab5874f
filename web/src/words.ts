// The words that the screens use for states, causes, roles and sizes: one place, so that a state is
// called the same everywhere. Next: used by every page.

import type { CameraState, GapCause, Hold, HoldKind, PolicyStanding, PurposeKind, Role, Witness } from "./contract";

export const stateWords: Record<CameraState, string> = {
  recording: "Recording",
  connecting: "Connecting",
  stalled: "Stalled",
  refused: "Refused",
  off: "Off",
};

/** What a state means to somebody who watches. */
export const stateSentences: Record<CameraState, string> = {
  recording: "Recording.",
  connecting: "Trying to reach the camera.",
  stalled: "Connected, but the camera sends no pictures.",
  refused: "The camera refuses the box.",
  off: "Switched off in the settings.",
};

export const causeWords: Record<GapCause, string> = {
  camera_lost: "camera lost",
  stall: "camera sent nothing",
  refused: "camera refused the box",
  packet_loss: "packets lost",
  overload: "box overloaded",
  storage: "disk full or failed",
  clock_step: "clock was set",
  restart: "Holdfast was not running",
};

export const purposeWords: Record<PurposeKind, string> = {
  patrol_review: "Patrol review",
  incident: "Incident",
  case: "Case",
  camera_check: "Camera check",
  legal_claim: "Legal claim",
};

export const standingWords: Record<Witness["standing"], string> = {
  not_asked: "Not asked yet",
  agrees: "Agrees",
  waits: "Away",
  contradicts: "Contradicts",
};

export const policyWords: Record<PolicyStanding["state"], string> = {
  not_asked: "Not asked",
  fresh: "Acknowledged",
  due_at: "Acknowledged, due soon",
  due: "Due again",
  new_text: "New text not read",
  never: "Never",
  training_too_old: "Training too old",
};

export const holdWords: Record<HoldKind, string> = { hold: "Hold", restriction: "Restriction" };

export const stageWords: Record<Hold["stage"], string> = {
  in_force: "In force",
  awaiting_second: "Awaiting a second person",
  releasing: "Releasing",
  released: "Released",
};

/** Whether a role decides what is forgotten: releases, early deletions, shorter periods. */
export function decidesForgetting(role: Role): boolean {
  return role === "approver" || role === "data_protection_officer";
}

/** Whether a role takes requests in, but doesn't see how they go on. */
export function receivesOnly(role: Role): boolean {
  return role === "viewer" || role === "administrator" || role === "auditor";
}

/** Whether a role may read the audit log and what is made from it. */
export function readsAudit(role: Role): boolean {
  return role === "auditor" || role === "data_protection_officer";
}

export const roleWords: Record<Role, string> = {
  viewer: "Viewer",
  reviewer: "Reviewer",
  approver: "Approver",
  data_protection_officer: "Data protection officer",
  administrator: "Administrator",
  auditor: "Auditor",
};

/** Roles that never see footage, and what to tell them. */
export function footageBarred(role: Role): string | null {
  if (role === "administrator") return "Administrators look after cameras and users, and see no footage.";
  if (role === "auditor") return "Auditors read the audit log, and see no footage.";
  return null;
}

/** `4.0 Mb/s` */
export function bitrate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e6 ? `${(bitsPerSecond / 1e6).toFixed(1)} Mb/s` : `${Math.round(bitsPerSecond / 1e3)} kb/s`;
}

/** `312 GiB` */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let n = count;
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${n >= 100 || unit === 0 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}
