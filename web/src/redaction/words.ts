// What the screens call the states of a redaction, doubts, roles and tracks, and what comes next for whom.

import type { Redaction } from "../contract";
import type { Answer } from "./doubts";
import type { DoubtReason, Mode, Role, Track } from "./plan";

export const modeWords: Record<Mode, string> = {
  default_deny: "All hidden but the subject",
  mask_others: "All shown but people",
};

export const roleWords: Record<Role, string> = {
  subject: "The subject",
  third_party: "Somebody else",
  undecided: "Nobody said yet",
};

export const doubtWords: Record<DoubtReason, string> = {
  crossing: "Two people came close: who is who afterwards?",
  lost: "Somebody was lost, or came from nowhere.",
  motion: "Something moves that nobody has drawn.",
  faint: "Perhaps somebody, perhaps not.",
  cut: "The picture is another from one frame to the next.",
  light: "The light changed all over.",
  camera_moved: "The camera was moved.",
  undecoded: "Frames could not be decoded.",
  not_analysed: "Nobody was looked for here.",
  flagged: "Shown but for masks: look at all of it.",
};

export const answerWords: Record<Answer, string> = {
  subject: "It is the subject",
  other: "It is somebody else",
  nobody: "Nobody is there",
  hide: "Keep these frames hidden",
};

/** The same where nobody is meant in particular. */
export const nobodyElse = "Looked: all who are there are drawn";

export const kindWords: Record<Track["kind"], string> = { person: "Person", face: "Face", vehicle: "Vehicle", motion: "Movement" };

export const nameOf = (track: Track): string => `${kindWords[track.kind] ?? track.kind} ${track.id + 1}`;

const stageWords = { looking: "Looking for people", rendering: "Rendering", checking: "Checking", sealing: "Sealing" } as const;

export const percent = (redaction: Redaction): number => (redaction.making ? Math.floor((100 * redaction.making.frames) / Math.max(1, redaction.making.of_frames)) : 0);

export const stageOf = (redaction: Redaction): string => (redaction.making ? (stageWords[redaction.making.stage] ?? redaction.making.stage) : "");

/** How it stands, in a few words. */
export function stands(redaction: Redaction): string {
  switch (redaction.stands) {
    case "rendering":
      return `${stageOf(redaction)}, ${percent(redaction)} %`;
    case "failed":
      return "Failed";
    case "reviewed":
      return "Reviewed";
    case "rendered":
      if (redaction.turn?.turn === "asked") return "Awaiting the second person";
      return redaction.turn?.turn === "sent_back" ? "Sent back" : "Film made and checked";
    default:
      return redaction.turn?.turn === "sent_back" ? "Sent back, being drawn" : "Being drawn";
  }
}

/** What comes next, for whoever reads it. */
export function nextStep(redaction: Redaction): string {
  const { turn } = redaction;
  switch (redaction.stands) {
    case "rendering":
      return "It goes on without you; this page tells when it is done.";
    case "failed":
      return redaction.failure ? `${redaction.failure.title} ${redaction.failure.detail}` : "Render it again.";
    case "reviewed":
      return "It goes out when the request is released.";
    case "rendered":
      if (turn?.turn === "asked") return redaction.worked_on ? "Somebody who has drawn nothing in it watches it next." : "Watch it beside the source, then approve it or send it back.";
      if (turn?.turn === "sent_back") return `${turn.by} sent it back: “${turn.reason ?? ""}” Draw, then render it again.`;
      return redaction.worked_on ? "Watch the film, then ask for review." : "Whoever drew it watches the film and asks for review.";
    default:
      if (turn?.turn === "sent_back") return `${turn.by} sent it back: “${turn.reason ?? ""}” Draw, then render it again.`;
      if (redaction.doubts_open > 0) return redaction.doubts_open === 1 ? "One doubt hides its frames until somebody settles it." : `${redaction.doubts_open} doubts hide their frames until somebody settles them.`;
      return "Draw, then render the film.";
  }
}

/** `3:07.4` into the clip. */
export function clipTime(seconds: number): string {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  return `${Math.floor(tenths / 600)}:${String(Math.floor((tenths % 600) / 10)).padStart(2, "0")}.${tenths % 10}`;
}

/** `about 40 s left` */
export function left(seconds: number | null): string {
  if (seconds === null) return "";
  if (seconds < 5) return "a few seconds left";
  if (seconds < 90) return `about ${Math.ceil(seconds / 5) * 5} s left`;
  return `about ${Math.ceil(seconds / 60)} min left`;
}
