// Frame steps and what happens at gaps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { causesBetween, coverageFrom, endBefore, isHidden, isRecorded, missing, nextRecorded } from "../src/playback/coverage";
import { FrameTimes } from "../src/playback/frame_times";

const START = 1_795_522_963;

test("a step goes to the next and the previous frame, uneven intervals included", () => {
  const times = new FrameTimes();
  times.add([START, START + 0.05, START + 0.12]);
  times.add([START + 0.2]);
  assert.equal(times.step(START + 0.06, 1), START + 0.12);
  assert.equal(times.step(START + 0.06, -1), START);
  assert.equal(times.shown(START + 0.11), START + 0.05);
  assert.equal(times.step(START, -1), undefined);
  assert.equal(times.step(START + 0.2, 1), undefined);
});

test("stepping forwards then backwards by the shown instants returns to the same frame", () => {
  const times = new FrameTimes();
  const frames = Array.from({ length: 40 }, (_, n) => START + n / 15);
  times.add(frames);
  let at = frames[0]!;
  for (let n = 1; n < 40; n++) {
    at = times.within(times.step(at, 1)!);
    assert.equal(times.shown(at), frames[n]);
  }
  for (let n = 38; n >= 0; n--) {
    at = times.within(times.step(at, -1)!);
    assert.equal(times.shown(at), frames[n]);
  }
});

test("frames fetched behind are put before, and those fetched twice count once", () => {
  const times = new FrameTimes();
  times.add([START + 1, START + 1.1]);
  times.add([START + 0.9, START + 1, START + 1.1]);
  assert.equal(times.first, START + 0.9);
  assert.equal(times.step(START + 0.9, 1), START + 1);
  times.forgetBefore(START + 1);
  assert.equal(times.first, START + 1);
});

const iso = (at: number) => new Date(at * 1000).toISOString();
const coverage = coverageFrom(
  {
    recorded: [
      { from: iso(START), to: iso(START + 60) },
      { from: iso(START + 60.1), to: iso(START + 120) },
      { from: iso(START + 149), to: iso(START + 200) },
    ],
    restricted: [{ from: iso(START + 210), to: iso(START + 220) }],
    held: [],
    gaps: [{ from: iso(START + 120), to: iso(START + 149), cause: "camera_lost" }],
    activity: { from: iso(START), bucket_s: 1, values: [] },
  },
  { from: START, to: START + 3600 },
  "incident",
);

test("segments that follow each other within a frame or two are one stretch", () => {
  assert.equal(coverage.recorded.length, 2);
  assert.ok(isRecorded(coverage, START + 60.05));
});

test("after a gap playing goes on at the next recording, and the gap has its cause", () => {
  assert.equal(nextRecorded(coverage, START + 130), START + 149);
  assert.equal(nextRecorded(coverage, START + 10), START + 10);
  assert.equal(nextRecorded(coverage, START + 200), null);
  assert.equal(endBefore(coverage, START + 140), START + 120);
  assert.equal(endBefore(coverage, START), null);
  assert.deepEqual(causesBetween(coverage, { from: START + 110, to: START + 150 }), ["camera_lost"]);
});

test("of a jump only what is missing is mentioned, and nothing when it was recorded", () => {
  assert.deepEqual(missing(coverage, { from: START + 118, to: START + 149.5 }), { from: START + 120, to: START + 149 });
  assert.deepEqual(missing(coverage, { from: START + 130, to: START + 149 }), { from: START + 130, to: START + 149 });
  assert.equal(missing(coverage, { from: START + 10, to: START + 14 }), null);
  assert.deepEqual(missing(coverage, { from: START - 100, to: START - 50 }), { from: START - 100, to: START - 50 });
});

test("restricted footage is passed over like a gap, and plays for a legal claim", () => {
  const answer = {
    recorded: [{ from: iso(START), to: iso(START + 60) }],
    restricted: [{ from: iso(START + 60), to: iso(START + 90) }],
    held: [{ hold: "4f2a", kind: "restriction" as const, from: iso(START + 60), to: iso(START + 90) }],
    gaps: [],
    activity: { from: iso(START), bucket_s: 1, values: [] },
  };
  const known = { from: START, to: START + 3600 };
  const [incident, claim] = [coverageFrom(answer, known, "incident"), coverageFrom(answer, known, "legal_claim")];
  assert.equal(nextRecorded(incident, START + 70), null);
  assert.ok(isHidden(incident, { from: START + 60, to: START + 90 }) && !isHidden(incident, { from: START + 90, to: START + 95 }));
  assert.equal(nextRecorded(claim, START + 70), START + 70);
  assert.equal(claim.recorded.length, 1);
  assert.ok(!isHidden(claim, { from: START + 60, to: START + 90 }));
});
