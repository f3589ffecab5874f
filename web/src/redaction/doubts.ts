// Doubts, walked one after another and answered. Until each is answered its frames are hidden whole. An
// answer changes the tracks that the doubt is about, never the doubt itself but for who settled it: the box
// would refuse. Next: doubt_panel.tsx.

import { absent, freeId, type Hand, setRole } from "./edits";
import { boxAt, type Doubt, holds, isOpen, type Plan, type Track, trackOf } from "./plan";

/** What a person says of a doubt. */
export type Answer = "subject" | "other" | "nobody" | "hide";
export const ANSWERS: readonly Answer[] = ["subject", "other", "nobody", "hide"];

/** Doubts in the order in which they are walked, with their places in the plan. */
export function walk(plan: Plan): { doubt: Doubt; place: number }[] {
  const all = plan.doubts.map((doubt, place) => ({ doubt, place }));
  return all.sort((a, b) => a.doubt.frames.first - b.doubt.frames.first || a.doubt.frames.last - b.doubt.frames.last || a.place - b.place);
}

/** The place of the open doubt that comes after `place`, or before it; round the ends. */
export function beside(plan: Plan, place: number | null, by: 1 | -1): number | null {
  const list = walk(plan);
  const here = list.findIndex((each) => each.place === place);
  for (let step = 1; step <= list.length; step++) {
    const at = here < 0 ? (by === 1 ? step - 1 : list.length - step) : (here + by * step + list.length * step) % list.length;
    const found = list[at];
    if (found && isOpen(found.doubt)) return found.place;
  }
  return null;
}

/** Whom a doubt may be about: those it names, and whoever is chosen, as far as they are there. */
export function candidates(plan: Plan, doubt: Doubt, chosen: number | null): Track[] {
  const named = doubt.tracks.map((id) => trackOf(plan, id)).filter((track): track is Track => track !== undefined);
  const extra = trackOf(plan, chosen);
  return extra && !named.includes(extra) && touches(extra, doubt) ? [...named, extra] : named;
}

const touches = (track: Track, { frames }: Doubt): boolean => track.presences.some((presence) => presence.frames.first <= frames.last && frames.first <= presence.frames.last);

const overlap = (a: Track, b: Track): boolean => a.presences.some((one) => b.presences.some((two) => one.frames.first <= two.frames.last && two.frames.first <= one.frames.last));

/**
 * The plan after an answer about `chosen`. *Subject*: it is the one whose copy this is; whoever else the doubt
 * names and is seen at the same time is somebody else. *Other*: it is somebody else. *Nobody*: there is nobody
 * in these frames. *Hide*: these frames stay hidden whole.
 */
export function answered(plan: Plan, place: number, answer: Answer, chosen: number | null, hand: Hand): Plan | string {
  const doubt = plan.doubts[place];
  if (!doubt) return "There is no such doubt.";
  const about = candidates(plan, doubt, chosen);
  const one = about.find((track) => track.id === chosen) ?? (about.length === 1 ? about[0] : undefined);
  let next = plan;
  switch (answer) {
    case "subject":
      if (!one) return about.length > 1 ? "Several people are meant: click the one whom you mean, then answer." : "Nobody is drawn here: draw a box around them first.";
      next = setRole(next, one.id, "subject");
      for (const other of about) if (other !== one && other.role === "undecided" && overlap(other, one)) next = setRole(next, other.id, "third_party");
      break;
    case "other":
      if (about.length === 0) return "Nobody is drawn here: draw a box around them first.";
      for (const other of one ? [one] : about.filter((track) => track.role === "undecided")) next = setRole(next, other.id, "third_party");
      break;
    case "nobody":
      for (const none of one ? [one] : about.filter((track) => track.role !== "subject")) next = absent(next, none.id, doubt.frames.first, doubt.frames.last, hand);
      break;
    case "hide":
      next = { ...next, tracks: [...next.tracks, whole(next, doubt, hand)] };
  }
  const settled = (each: Doubt, at: number): Doubt => (at === place ? { ...each, resolved: { by: hand.me, at: hand.now } } : each);
  return { ...next, doubts: next.doubts.map(settled) };
}

/** Something over the whole picture, which outweighs everything that is shown. */
function whole(plan: Plan, { frames }: Doubt, { me, now }: Hand): Track {
  const box = { left: 0, top: 0, width: plan.clip.width_px, height: plan.clip.height_px };
  const keyframes = [{ frame: frames.first, box, author: { author: "person" as const, person: me }, drawn_at: now }];
  return { id: freeId(plan), kind: "motion", role: "third_party", presences: [{ frames: { first: frames.first, last: frames.last }, keyframes }] };
}

/** Open doubts that hide a frame. */
export const hiding = (plan: Plan, frame: number): Doubt[] => plan.doubts.filter((doubt) => isOpen(doubt) && holds(doubt.frames, frame));

/** Whether the subject is drawn at a frame. */
export const subjectIsAt = (plan: Plan, frame: number): boolean => plan.tracks.some((track) => track.role === "subject" && boxAt(track, frame) !== null);
