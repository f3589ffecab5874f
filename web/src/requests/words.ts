// The words for requests: kinds, channels, what happened, and how long is left. Next: pages/requests_page.tsx.

import type { Channel, Mailed, RequestKind, RequestLine } from "../contract";

export const kindWords: Record<RequestKind, string> = {
  subject_access: "Subject access",
  police: "Police",
  police_urgent: "Police, urgent",
  court_order: "Court order",
  other_statutory: "Other duty to disclose",
  legal_proceedings: "Insurer or solicitor",
  objection: "Objection",
  restriction: "Restriction",
  erasure: "Erasure",
  complaint: "Complaint",
  information: "Freedom of information or STAIRs",
  media: "Media",
};

export const channelWords: Record<Channel, string> = {
  portal: "Portal",
  email: "Email",
  phone: "Phone",
  post: "Post",
  in_person: "In person",
  social_media: "Social media",
};

const newsWords: Record<Mailed["news"], string> = {
  received: "that it came in",
  asked: "that something is asked of them",
  later: "that it takes longer",
  answered: "that there is an answer",
};

const endingWords: Record<NonNullable<Mailed["ending"]>, string> = {
  sent: "Told by mail",
  no_address: "Not told by mail, for want of an address:",
  refused: "Mail refused by the server; write by post:",
  given_up: "Mail given up after three days; write by post:",
};

/** A mail as a line of the history. */
export const mailedWords = (mail: Mailed): string => `${mail.ending === null ? "To be told by mail" : endingWords[mail.ending]} ${newsWords[mail.news]}`;

export const eventWords: Record<string, string> = {
  receive: "Taken in",
  received: "Taken in",
  ask_identity: "Proof of identity asked for",
  ask_authority: "Written authority asked for",
  ask_fee: "Fee asked for",
  supplied: "What was awaited came in",
  begin: "Identity settled, search begun",
  ask_clarification: "Question asked",
  clarified: "Question answered",
  no_reply: "Closed for want of an answer",
  found: "Footage found",
  nothing_found: "Nothing found",
  decide: "Decided",
  write_letter: "Letter written",
  approve: "Approved",
  send_back: "Sent back",
  begin_redaction: "Redaction begun",
  prepare: "Copy prepared",
  pass: "Copy passed",
  fail: "Copy sent back",
  hand_over: "Handed over on a medium",
  extend: "Extended by two months",
  release: "Released",
  close: "Closed",
  withdraw: "Withdrawn",
  add_form: "Police form put on record",
  form: "Police form put on record",
};

/** Whether an answer has gone out, so that no clock runs. */
export const isAnswered = (line: RequestLine): boolean => line.clock === null;

/** `3 days left`, `due today`, `2 days overdue`. */
export function timeLeft(line: RequestLine): string {
  if (isAnswered(line)) return "answered";
  const days = Math.abs(line.days_left);
  const count = days === 1 ? "1 day" : `${days} days`;
  if (line.overdue) return days === 0 ? "overdue" : `${count} overdue`;
  return line.days_left === 0 ? "due today" : `${count} left`;
}

/** What the clock does beside running. */
export function clockNote(line: RequestLine): string | null {
  if (line.clock === "paused") return "paused: a projection, as if answered today";
  if (line.clock === "not_started") return "not started: a projection, as if all came in today";
  return null;
}

/** `24 December 2026` for a local date. */
export function civilDay(day: string): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}
