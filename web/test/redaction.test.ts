// Drawing a redaction, without a screen: where boxes are between keyframes, what edits leave of a plan, that
// everything can be undone, how doubts are walked and answered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, beside } from "../src/redaction/doubts";
import { fitted as fit, frameAt, boxAt, type Doubt, type Plan, type Presence, type Role, secondsAt, spanOf, type Track, trackOf } from "../src/redaction/plan";
import { nudged, resized } from "../src/redaction/drag";
import * as edits from "../src/redaction/edits";
import { begun, did, redone, undone } from "../src/redaction/history";
import { followed, ordered, toFrame, toX, zoomed } from "../src/redaction/lane_scale";

const hand = { me: "user/7", now: "2026-11-27T10:00:00Z" };
const box = (left: number, top = 16, width = 32, height = 48) => ({ left, top, width, height });
const key = (frame: number, at: ReturnType<typeof box>) => ({ frame, box: at, author: { author: "detector" as const, confidence_permille: 900 }, drawn_at: "2026-11-27T09:00:00Z" });
const there = (first: number, last: number, ...keyframes: Presence["keyframes"]): Presence => ({ frames: { first, last }, keyframes });
const track = (id: number, role: Role, ...presences: Presence[]): Track => ({ id, kind: "person", role, presences });

function planOf(tracks: Track[], doubts: Doubt[] = [], frames = 100): Plan {
  return {
    version: 1,
    clip: { width_px: 640, height_px: 480, frame_ticks: Array.from({ length: frames }, (_, nth) => nth * 9000), source_sha256: null },
    mode: "default_deny",
    margins: { subject_percent: 10, subject_px: 8, others_percent: 20 },
    tracks,
    masks: [],
    reveals: [],
    plate: null,
    doubts,
  };
}

const good = (plan: Plan | string): Plan => {
  if (typeof plan === "string") assert.fail(plan);
  return plan;
};
const lefts = (plan: Plan, id: number, frames: number[]) => frames.map((frame) => boxAt(trackOf(plan, id)!, frame)?.left ?? null);

test("somebody walks in a straight line between keyframes and not across an absence, as the box has it", () => {
  // The vector of domain/redaction/region.rs.
  const walker = track(1, "subject", there(1, 5, key(1, box(0)), key(5, box(64))), there(8, 9, key(9, box(128))));
  const seen = Array.from({ length: 11 }, (_, frame) => boxAt(walker, frame)?.left ?? null);
  assert.deepEqual(seen, [null, 0, 16, 32, 48, 64, null, null, 128, 128, null]);
  // Between whole pixels the box is rounded outwards.
  const slow = track(2, "subject", there(0, 3, key(0, box(0, 0, 10, 10)), key(3, box(1, 2, 10, 10))));
  assert.deepEqual(boxAt(slow, 1), { left: 0, top: 0, width: 11, height: 11 });
});

test("a box by hand is shown at its frame only, and with the next one in between", () => {
  let plan = edits.draw(planOf([]), "subject", 10, box(0), hand);
  assert.deepEqual(lefts(plan, 0, [9, 10, 11]), [null, 0, null]);
  plan = edits.put(plan, 0, 20, box(100), hand);
  assert.deepEqual(lefts(plan, 0, [10, 15, 20, 21]), [0, 50, 100, null]);
  plan = edits.put(plan, 0, 15, box(80), hand);
  assert.deepEqual(lefts(plan, 0, [10, 15, 20]), [0, 80, 100]);
  assert.equal(spanOf(plan.tracks[0]!).last, 20);
  assert.deepEqual(plan.tracks[0]!.presences[0]!.keyframes.map((mark) => mark.author), Array(3).fill({ author: "person", person: "user/7" }));
});

test("no line is drawn over more than ten seconds, unless somebody says they were here all along", () => {
  let plan = edits.draw(planOf([], [], 400), "subject", 0, box(0), hand);
  plan = edits.put(plan, 0, 101, box(100), hand);
  assert.deepEqual(lefts(plan, 0, [0, 50, 101]), [0, null, 100]);
  plan = edits.join(plan, 0, 50);
  assert.equal(boxAt(plan.tracks[0]!, 50)?.left, 49);
  assert.equal(plan.tracks[0]!.presences.length, 1);
});

test("taking keyframes away takes what they reached to, at last the track", () => {
  let plan = planOf([track(3, "subject", there(5, 30, key(10, box(0)), key(20, box(50)), key(30, box(90))))]);
  plan = edits.unmark(plan, 3, 30);
  assert.deepEqual(spanOf(plan.tracks[0]!), { first: 5, last: 20 });
  plan = edits.unmark(edits.unmark(plan, 3, 10), 3, 20);
  assert.deepEqual(plan.tracks, []);
});

test("a split track is two that lie where the one lay", () => {
  const before = planOf([track(1, "subject", there(0, 40, key(0, box(0)), key(40, box(80))), there(60, 70, key(60, box(10))))]);
  const plan = good(edits.split(before, 1, 20, hand));
  assert.equal(plan.tracks.length, 2);
  for (const frame of [0, 10, 19]) assert.deepEqual(boxAt(trackOf(plan, 1)!, frame), boxAt(before.tracks[0]!, frame));
  for (const frame of [20, 33, 40, 60, 70]) assert.deepEqual(boxAt(trackOf(plan, 2)!, frame), boxAt(before.tracks[0]!, frame));
  assert.equal(boxAt(trackOf(plan, 1)!, 20), null);
  assert.equal(boxAt(trackOf(plan, 2)!, 19), null);
  assert.equal(trackOf(plan, 2)!.role, "subject");
  assert.equal(typeof edits.split(before, 1, 0, hand), "string");
});

test("two tracks become one, with nobody shown in the gap; two people at once don't", () => {
  const [one, two, meanwhile] = [track(1, "subject", there(0, 22, key(0, box(0)), key(22, box(44)))), track(2, "undecided", there(20, 50, key(20, box(40)), key(50, box(90))), there(60, 61, key(60, box(0)))), track(4, "undecided", there(0, 50, key(0, box(300))))];
  const plan = good(edits.merge(planOf([one, two, meanwhile]), 1, 2, hand));
  assert.deepEqual(plan.tracks.map(({ id, role }) => [id, role]), [[1, "subject"], [4, "undecided"]]);
  assert.deepEqual(lefts(plan, 1, [0, 19, 20, 50, 55, 60]), [0, 38, 40, 90, null, 0]);
  // As the box wants it: stretches in order, none over another, each keyframe in its stretch.
  const presences = plan.tracks[0]!.presences;
  presences.slice(1).forEach(({ frames }, nth) => assert.ok(presences[nth]!.frames.last < frames.first));
  for (const { frames, keyframes } of presences) for (const mark of keyframes) assert.ok(frames.first <= mark.frame && mark.frame <= frames.last);
  assert.match(edits.merge(planOf([one, two, meanwhile]), 1, 4, hand) as string, /can't be one person/);
});

test("a track ends or begins where somebody says, with its box as it was there", () => {
  const before = planOf([track(1, "subject", there(0, 40, key(0, box(0)), key(40, box(80))))]);
  const ended = edits.cut(before, 1, 25, "after", hand);
  assert.deepEqual(lefts(ended, 1, [0, 25, 26]), [0, 50, null]);
  const begun = edits.cut(before, 1, 25, "before", hand);
  assert.deepEqual(lefts(begun, 1, [24, 25, 40]), [null, 50, 80]);
  const away = edits.absent(before, 1, 10, 19, hand);
  assert.deepEqual(lefts(away, 1, [9, 10, 19, 20]), [18, null, null, 40]);
});

test("what an edit doesn't touch stays as the box wrote it, unknown fields included", () => {
  const plan = { ...planOf([{ ...track(1, "subject", there(0, 9, key(0, box(0)))), note: "kept" } as Track, track(2, "undecided", there(0, 9, key(0, box(5))))]), later: [1, 2] } as Plan;
  const after = edits.addStill(edits.put(edits.setRole(plan, 2, "third_party"), 1, 4, box(9), hand), "reveals", box(0, 0), hand);
  assert.equal((after as unknown as { later: number[] }).later, (plan as unknown as { later: number[] }).later);
  assert.equal((after.tracks[0] as unknown as { note: string }).note, "kept");
  assert.equal(after.clip, plan.clip);
  assert.deepEqual(after.reveals, [{ box: box(0, 0), by: "user/7", drawn_at: hand.now }]);
});

test("everything done can be undone and done again; a key held down is one step", () => {
  const plans = [0, 1, 2, 3, 4].map((left) => edits.draw(planOf([]), "subject", 0, box(left), hand));
  let history = begun(plans[0]!);
  history = did(history, plans[1]!, "draw a box");
  history = did(history, plans[2]!, "move a box", "move 1");
  history = did(history, plans[3]!, "move a box", "move 1");
  assert.equal(history.past.length, 2);
  history = undone(history);
  assert.equal(history.plan, plans[1]);
  assert.equal(history.future[0]!.what, "move a box");
  assert.equal(redone(history).plan, plans[3]);
  assert.equal(undone(undone(history)).plan, plans[0]);
  history = did(history, plans[4]!, "delete");
  assert.deepEqual([history.future.length, redone(history).plan], [0, plans[4]]);
});

const doubt = (first: number, last: number, tracks: number[], why: Doubt["why"] = "crossing"): Doubt => ({ frames: { first, last }, why, tracks, resolved: null });

test("doubts are walked in the order of the clip, forwards and back, over those that are settled", () => {
  const plan = planOf([], [doubt(50, 60, []), doubt(0, 5, []), { ...doubt(10, 12, []), resolved: { by: "user/7", at: hand.now } }, doubt(20, 22, [])]);
  const seen: (number | null)[] = [];
  for (let at: number | null = null, turn = 0; turn < 4; turn++) seen.push((at = beside(plan, at, 1)));
  assert.deepEqual(seen, [1, 3, 0, 1]);
  assert.equal(beside(plan, 1, -1), 0);
  assert.equal(beside(plan, null, -1), 0);
  assert.equal(beside(planOf([]), null, 1), null);
});

test("an answer says who is who, settles the doubt in the reader's name, and leaves the doubt itself alone", () => {
  const crossing = doubt(10, 14, [1, 2, 3]);
  const tracks = [track(1, "subject", there(0, 9, key(0, box(0)))), track(2, "undecided", there(15, 40, key(15, box(20)))), track(3, "undecided", there(15, 50, key(15, box(200))))];
  const plan = planOf(tracks, [crossing]);
  const roles = (after: Plan | string) => good(after).tracks.map(({ role }) => role);
  assert.deepEqual(roles(answered(plan, 0, "subject", 3, hand)), ["subject", "third_party", "subject"]);
  assert.deepEqual(roles(answered(plan, 0, "other", null, hand)), ["subject", "third_party", "third_party"]);
  assert.match(answered(plan, 0, "subject", null, hand) as string, /click the one/);
  const settled = good(answered(plan, 0, "subject", 3, hand)).doubts[0]!;
  assert.deepEqual(settled, { ...crossing, resolved: { by: "user/7", at: hand.now } });
});

test("nobody takes the box away where the doubt is; hidden covers the whole picture there and nowhere else", () => {
  const plan = planOf([track(1, "third_party", there(0, 40, key(0, box(0)), key(40, box(80))))], [doubt(10, 20, [1], "faint")]);
  const none = good(answered(plan, 0, "nobody", null, hand));
  assert.deepEqual(lefts(none, 1, [9, 10, 20, 21]), [18, null, null, 42]);
  const hidden = good(answered(plan, 0, "hide", null, hand));
  const cover = hidden.tracks.at(-1)!;
  assert.deepEqual([spanOf(cover), cover.role, boxAt(cover, 15)], [{ first: 10, last: 20 }, "third_party", { left: 0, top: 0, width: 640, height: 480 }]);
  assert.ok(hidden.doubts[0]!.resolved);
});

test("a doubt that names nobody is about whoever is chosen, or about nothing", () => {
  const plan = planOf([track(1, "undecided", there(0, 40, key(0, box(0))))], [doubt(10, 20, [], "motion")]);
  assert.equal(good(answered(plan, 0, "subject", 1, hand)).tracks[0]!.role, "subject");
  assert.match(answered(plan, 0, "subject", null, hand) as string, /draw a box/);
  assert.ok(good(answered(plan, 0, "nobody", null, hand)).doubts[0]!.resolved);
});

test("boxes keep whole pixels, an area, and a corner in sight", () => {
  const { clip } = planOf([]);
  assert.deepEqual(fit({ left: -900, top: 3.6, width: 20.4, height: 0 }, clip), { left: -12, top: 4, width: 20, height: 1 });
  assert.deepEqual(resized(box(10, 10, 20, 20), "se", { x: -30, y: 5 }), { left: 0, top: 10, width: 10, height: 25 });
  assert.deepEqual(nudged(box(10), "ArrowRight", false, clip)!.left, 13);
  assert.equal(nudged(box(10), "ArrowDown", true, clip)!.height, 51);
  assert.equal(nudged(box(10), "q", false, clip), null);
});

test("a player's clock finds its frame, and a frame its place in the lanes", () => {
  const plan = planOf([]);
  for (const frame of [0, 1, 57, 99]) assert.equal(frameAt(plan, secondsAt(plan, frame)), frame);
  assert.equal(frameAt(plan, 5.69), 56);
  assert.equal(frameAt(plan, 500), 99);
  const view = { first: 20, last: 59 };
  assert.equal(toFrame(toX(33, view, 800) + 1, view, 800), 33);
  assert.deepEqual(zoomed({ first: 0, last: 99 }, 0.5, 50, 100), { first: 25, last: 74 });
  assert.deepEqual(zoomed(view, 100, 30, 100), { first: 0, last: 99 });
  assert.deepEqual(followed(view, 80, 100), { first: 60, last: 99 });
});

test("in the lanes the subject comes first, then those whom a doubt names", () => {
  const at = (id: number, role: Role) => track(id, role, there(0, 9, key(0, box(0))));
  const plan = planOf([at(1, "third_party"), at(2, "undecided"), at(3, "undecided"), at(4, "subject")], [doubt(0, 3, [3])]);
  assert.deepEqual(ordered(plan).map(({ id }) => id), [4, 3, 2, 1]);
});
