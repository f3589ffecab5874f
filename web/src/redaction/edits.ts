// What a person does to a plan, each a new plan from an old one: boxes at keyframes, split, merge, roles,
// what stands still. Whatever isn't touched stays as the box wrote it. Refuses with a sentence. Next:
// history.ts keeps them, autosave.ts sends them.

import { boxAt, type Keyframe, keyframeAt, type PixelBox, type Plan, type Presence, type Role, secondsAt, type Track, trackOf } from "./plan";

/** Who draws, as the plan names them, and when. */
export interface Hand {
  me: string;
  now: string;
}

/** Farther apart than this, no straight line is drawn between two boxes: nobody is shown between them. */
export const BRIDGED_S = 10;
/** Up to this many frames of two tracks may lie over each other when they become one. */
export const OVERLAP_FRAMES = 12;

const keyframe = (frame: number, box: PixelBox, { me, now }: Hand): Keyframe => ({ frame, box, author: { author: "person", person: me }, drawn_at: now });

const withTrack = (plan: Plan, id: number, change: (track: Track) => Track | null): Plan => ({
  ...plan,
  tracks: plan.tracks.flatMap((track) => (track.id === id ? (change(track) ?? []) : track)),
});

export const freeId = (plan: Plan): number => Math.max(0, ...plan.tracks.map((track) => track.id + 1));

/** A new track of one box at one frame; it grows with each box that is drawn later. */
export function draw(plan: Plan, role: Role, frame: number, box: PixelBox, hand: Hand): Plan {
  const track: Track = { id: freeId(plan), kind: "person", role, presences: [{ frames: { first: frame, last: frame }, keyframes: [keyframe(frame, box, hand)] }] };
  return { ...plan, tracks: [...plan.tracks, track] };
}

/** Puts a track's box at a frame, where it goes in a straight line from the keyframe before to the one after. */
export function put(plan: Plan, id: number, frame: number, box: PixelBox, hand: Hand): Plan {
  const mark = keyframe(frame, box, hand);
  return withTrack(plan, id, (track) => {
    const holding = track.presences.findIndex(({ frames }) => frames.first <= frame && frame <= frames.last);
    const nearest = holding >= 0 ? holding : near(plan, track, frame);
    if (nearest < 0) {
      const alone: Presence = { frames: { first: frame, last: frame }, keyframes: [mark] };
      return { ...track, presences: [...track.presences, alone].sort((a, b) => a.frames.first - b.frames.first) };
    }
    return { ...track, presences: track.presences.map((presence, nth) => (nth === nearest ? marked(presence, mark) : presence)) };
  });
}

function marked(presence: Presence, mark: Keyframe): Presence {
  const keyframes = [...presence.keyframes.filter(({ frame }) => frame !== mark.frame), mark].sort((a, b) => a.frame - b.frame);
  const frames = { ...presence.frames, first: Math.min(presence.frames.first, mark.frame), last: Math.max(presence.frames.last, mark.frame) };
  return { ...presence, frames, keyframes };
}

/** The stretch that is near enough to be drawn on to `frame`; -1 where none is. */
function near(plan: Plan, track: Track, frame: number): number {
  const apart = track.presences.map(({ frames }) => Math.abs(secondsAt(plan, frame) - secondsAt(plan, frame < frames.first ? frames.first : frames.last)));
  const least = Math.min(...apart);
  return least <= BRIDGED_S ? apart.indexOf(least) : -1;
}

/** Takes the keyframe at a frame away; a stretch without one goes, and a track without a stretch. */
export function unmark(plan: Plan, id: number, frame: number): Plan {
  return withTrack(plan, id, (track) => {
    const presences = track.presences.flatMap((presence): Presence[] => {
      const keyframes = presence.keyframes.filter((mark) => mark.frame !== frame);
      if (keyframes.length === presence.keyframes.length) return [presence];
      if (keyframes.length === 0) return [];
      // What only the box that is gone reached to is gone with it.
      const first = presence.frames.first === frame ? keyframes[0]!.frame : presence.frames.first;
      const last = presence.frames.last === frame ? keyframes.at(-1)!.frame : presence.frames.last;
      return [{ ...presence, frames: { ...presence.frames, first, last }, keyframes }];
    });
    return presences.length > 0 ? { ...track, presences } : null;
  });
}

export const setRole = (plan: Plan, id: number, role: Role): Plan => withTrack(plan, id, (track) => ({ ...track, role }));

export const erase = (plan: Plan, id: number): Plan => withTrack(plan, id, () => null);

/** What of a stretch lies within `first` and `last`, with its box kept where it is cut. */
function part(track: Track, presence: Presence, first: number, last: number, hand: Hand): Presence[] {
  const frames = { ...presence.frames, first: Math.max(presence.frames.first, first), last: Math.min(presence.frames.last, last) };
  if (frames.first > frames.last) return [];
  const keyframes = presence.keyframes.filter(({ frame }) => frames.first <= frame && frame <= frames.last);
  const cuts = [frames.first, frames.last].filter((frame) => frame !== presence.frames.first && frame !== presence.frames.last);
  for (const frame of keyframes.length === 0 ? [frames.first, ...cuts] : cuts) {
    const box = boxAt(track, frame);
    if (box && !keyframes.some((mark) => mark.frame === frame)) keyframes.push(keyframe(frame, box, hand));
  }
  return [{ ...presence, frames, keyframes: keyframes.sort((a, b) => a.frame - b.frame) }];
}

/** A track without what it has outside `first` to `last`. */
function within(track: Track, first: number, last: number, hand: Hand): Presence[] {
  return track.presences.flatMap((presence) => part(track, presence, first, last, hand));
}

/** Two tracks from one: up to the frame before, and from the frame on, under a new name. */
export function split(plan: Plan, id: number, frame: number, hand: Hand): Plan | string {
  const track = trackOf(plan, id);
  if (!track) return "There is no such track.";
  const [before, after] = [within(track, 0, frame - 1, hand), within(track, frame, Infinity, hand)];
  if (before.length === 0 || after.length === 0) return "There is nothing to split here: go to a frame in the middle of the track.";
  return { ...plan, tracks: [...plan.tracks.map((each) => (each.id === id ? { ...each, presences: before } : each)), { ...track, id: freeId(plan), presences: after }] };
}

/** One track from two, of the first one's name and role; nobody is shown in between. */
export function merge(plan: Plan, into: number, from: number, hand: Hand): Plan | string {
  const [kept, taken] = [trackOf(plan, into), trackOf(plan, from)];
  if (!kept || !taken || into === from) return "Choose two tracks.";
  const lies = [...kept.presences.map((presence) => ({ presence, of: kept })), ...taken.presences.map((presence) => ({ presence, of: taken }))];
  lies.sort((a, b) => a.presence.frames.first - b.presence.frames.first);
  const presences: Presence[] = [];
  for (const [nth, { presence, of }] of lies.entries()) {
    const next = lies[nth + 1]?.presence.frames.first ?? Infinity;
    const over = presence.frames.last - next + 1;
    if (over > OVERLAP_FRAMES) return `Both are in the picture around frame ${next}: they can't be one person.`;
    presences.push(...(over > 0 ? part(of, presence, 0, next - 1, hand) : [presence]));
  }
  return { ...plan, tracks: plan.tracks.flatMap((track) => (track.id === from ? [] : track.id === into ? { ...track, presences } : track)) };
}

/** The stretch at `frame` ends there, or begins there; what is elsewhere stays. */
export function cut(plan: Plan, id: number, frame: number, side: "after" | "before", hand: Hand): Plan {
  return withTrack(plan, id, (track) => {
    const presences = track.presences.flatMap((presence) => {
      if (frame < presence.frames.first || frame > presence.frames.last) return [presence];
      return side === "after" ? part(track, presence, 0, frame, hand) : part(track, presence, frame, Infinity, hand);
    });
    return { ...track, presences };
  });
}

/** A track without its frames from `first` to `last`. */
export function absent(plan: Plan, id: number, first: number, last: number, hand: Hand): Plan {
  return withTrack(plan, id, (track) => {
    const presences = [...within(track, 0, first - 1, hand), ...within(track, last + 1, Infinity, hand)];
    return presences.length > 0 ? { ...track, presences } : null;
  });
}

/** Both stretches around a gap become one: they were here all along. */
export function join(plan: Plan, id: number, frame: number): Plan {
  return withTrack(plan, id, (track) => {
    const after = track.presences.findIndex(({ frames }) => frames.first > frame);
    const [one, two] = [track.presences[after - 1], track.presences[after]];
    if (!one || !two || one.frames.last >= frame) return track;
    const joined: Presence = { ...one, frames: { ...one.frames, last: two.frames.last }, keyframes: [...one.keyframes, ...two.keyframes] };
    return { ...track, presences: [...track.presences.slice(0, after - 1), joined, ...track.presences.slice(after + 1)] };
  });
}

/** The frame of a track's keyframe after or before `frame`. */
export function keyframeBeside(track: Track, frame: number, by: 1 | -1): number | undefined {
  const frames = track.presences.flatMap(({ keyframes }) => keyframes.map((mark) => mark.frame));
  return by === 1 ? frames.find((each) => each > frame) : frames.filter((each) => each < frame).at(-1);
}

/** Puts a keyframe where the track is now, or takes away the one that is there. */
export function toggleKeyframe(plan: Plan, id: number, frame: number, hand: Hand): Plan {
  const track = trackOf(plan, id);
  if (!track) return plan;
  if (keyframeAt(track, frame)) return unmark(plan, id, frame);
  const box = boxAt(track, frame);
  return box ? put(plan, id, frame, box, hand) : plan;
}

export type Still = "masks" | "reveals";

export function addStill(plan: Plan, kind: Still, box: PixelBox, { me, now }: Hand): Plan {
  if (kind === "reveals") return { ...plan, reveals: [...plan.reveals, { box, by: me, drawn_at: now }] };
  return { ...plan, masks: [...plan.masks, { box, author: { author: "person", person: me }, drawn_at: now }] };
}

export function moveStill(plan: Plan, kind: Still, nth: number, box: PixelBox, { me, now }: Hand): Plan {
  if (kind === "reveals") return { ...plan, reveals: plan.reveals.map((each, at) => (at === nth ? { ...each, box, by: me, drawn_at: now } : each)) };
  return { ...plan, masks: plan.masks.map((each, at) => (at === nth ? { ...each, box, author: { author: "person", person: me }, drawn_at: now } : each)) };
}

export const eraseStill = (plan: Plan, kind: Still, nth: number): Plan => ({ ...plan, [kind]: plan[kind].filter((_, at) => at !== nth) });

/** Says yes to the picture of the empty scene, or takes it back. */
export function approvePlate(plan: Plan, approved: "approved" | "hidden", { me, now }: Hand): Plan {
  return plan.plate ? { ...plan, plate: { ...plan.plate, approved: approved === "approved" ? { by: me, at: now } : null } } : plan;
}
