// A redaction's plan as the box writes it (version 1), and what can be read off it: where somebody is at a
// frame, who is there, when a frame is shown. The box decides what is hidden; this only draws. Next: edits.ts
// changes it.

export interface PixelBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Frames from `first` to `last`, both included. */
export interface Span {
  first: number;
  last: number;
}

export type Author = { author: "detector"; confidence_permille: number } | { author: "person"; person: string };
export type Role = "subject" | "third_party" | "undecided";
export type TrackKind = "person" | "face" | "vehicle" | "motion";
export type DoubtReason = "crossing" | "lost" | "motion" | "faint" | "cut" | "light" | "camera_moved" | "undecoded" | "not_analysed" | "flagged";
export type Mode = "default_deny" | "mask_others";

export interface Keyframe {
  frame: number;
  box: PixelBox;
  author: Author;
  drawn_at: string;
}

export interface Presence {
  frames: Span;
  keyframes: Keyframe[];
}

export interface Track {
  id: number;
  kind: TrackKind;
  role: Role;
  presences: Presence[];
}

/** A person's word, with when it was given. */
export interface Approval {
  by: string;
  at: string;
}

export interface Doubt {
  frames: Span;
  why: DoubtReason;
  tracks: number[];
  resolved: Approval | null;
}

export interface Plan {
  version: number;
  clip: { width_px: number; height_px: number; frame_ticks: number[]; source_sha256: string | null };
  mode: Mode;
  margins: { subject_percent: number; subject_px: number; others_percent: number };
  tracks: Track[];
  masks: { box: PixelBox; author: Author; drawn_at: string }[];
  reveals: { box: PixelBox; by: string; drawn_at: string }[];
  plate: { sha256: string; approved: Approval | null } | null;
  doubts: Doubt[];
}

export const TICKS_A_SECOND = 90_000;

export const frameCount = (plan: Plan): number => plan.clip.frame_ticks.length;

/** Seconds after the first frame at which `frame` is shown. */
export const secondsAt = (plan: Plan, frame: number): number => (plan.clip.frame_ticks[frame] ?? 0) / TICKS_A_SECOND;

/** The frame on screen `seconds` after the first. */
export function frameAt(plan: Plan, seconds: number): number {
  const ticks = plan.clip.frame_ticks;
  const wanted = seconds * TICKS_A_SECOND + 1; // a player's clock rounds down
  let low = 0;
  let high = ticks.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ticks[middle]! <= wanted) low = middle;
    else high = middle;
  }
  return low;
}

export const holds = (span: Span, frame: number): boolean => span.first <= frame && frame <= span.last;

/** Where a track is at `frame`, on the straight line between its keyframes, rounded outwards as the box does. */
export function boxAt(track: Track, frame: number): PixelBox | null {
  const presence = track.presences.find(({ frames }) => holds(frames, frame));
  if (!presence) return null;
  const after = presence.keyframes.find((keyframe) => keyframe.frame > frame);
  const before = presence.keyframes.filter((keyframe) => keyframe.frame <= frame).at(-1);
  if (!before || !after) return (before ?? after)?.box ?? null;
  const share = (frame - before.frame) / (after.frame - before.frame);
  const way = (from: number, to: number) => from + (to - from) * share;
  // Whole numbers come out of this a hair off.
  const down = (at: number) => Math.floor(at + 1e-6);
  const up = (at: number) => Math.ceil(at - 1e-6);
  const [a, b] = [before.box, after.box];
  const [left, top] = [down(way(a.left, b.left)), down(way(a.top, b.top))];
  return { left, top, width: up(way(a.left + a.width, b.left + b.width)) - left, height: up(way(a.top + a.height, b.top + b.height)) - top };
}

/** Everybody who is in the picture at `frame`, with where. */
export function presentAt(plan: Plan, frame: number): { track: Track; box: PixelBox }[] {
  return plan.tracks.flatMap((track) => {
    const box = boxAt(track, frame);
    return box ? [{ track, box }] : [];
  });
}

export const trackOf = (plan: Plan, id: number | null): Track | undefined => plan.tracks.find((track) => track.id === id);

export const keyframeAt = (track: Track, frame: number): Keyframe | undefined => track.presences.flatMap(({ keyframes }) => keyframes).find((keyframe) => keyframe.frame === frame);

export const spanOf = (track: Track): Span => ({ first: track.presences[0]?.frames.first ?? 0, last: track.presences.at(-1)?.frames.last ?? 0 });

export const isOpen = (doubt: Doubt): boolean => doubt.resolved === null;

/** Whether it stands for the whole picture being hidden, as an answer to a doubt leaves it. */
export function hidesWhole(plan: Plan, track: Track): boolean {
  const { width_px, height_px } = plan.clip;
  const covers = ({ box }: Keyframe) => box.left <= 0 && box.top <= 0 && box.left + box.width >= width_px && box.top + box.height >= height_px;
  return track.role !== "subject" && track.presences.every(({ keyframes }) => keyframes.every(covers));
}

/** A box made whole and kept within reach of the picture: the box wants whole pixels and an area. */
export function fitted(box: PixelBox, clip: Plan["clip"]): PixelBox {
  const width = Math.min(Math.max(Math.round(box.width), 1), clip.width_px);
  const height = Math.min(Math.max(Math.round(box.height), 1), clip.height_px);
  // Somebody may walk out, but a corner stays in sight, so that it can be caught again.
  const within = (at: number, edge: number, length: number) => Math.min(Math.max(Math.round(at), Math.min(8, length) - length), edge - Math.min(8, length));
  return { left: within(box.left, clip.width_px, width), top: within(box.top, clip.height_px, height), width, height };
}
