// The site's clock: days of 23 and 25 hours, the hour that comes twice, the hour that never comes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clockMilliseconds, dayBounds, dayOf, duration, fromRfc3339, lastMonths, resolveLocal, shiftDay, toRfc3339 } from "../src/site_time";
import { ticks } from "../src/timeline/scale";

const LONDON = "Europe/London";
const utc = (text: string) => Date.parse(text) / 1000;

test("a time in the repeated hour of October means two instants, named BST and GMT", () => {
  const meant = resolveLocal("2026-10-25", "01:30", LONDON);
  assert.deepEqual(meant, {
    kind: "twice",
    first: { at: utc("2026-10-25T00:30:00Z"), name: "BST" },
    second: { at: utc("2026-10-25T01:30:00Z"), name: "GMT" },
  });
  assert.equal(resolveLocal("2026-10-25", "00:59:59", LONDON).kind, "once");
  assert.equal(resolveLocal("2026-10-25", "02:00", LONDON).kind, "once");
});

test("a time in the missing hour of March is refused with a sentence", () => {
  const meant = resolveLocal("2026-03-29", "01:30", LONDON);
  assert.equal(meant.kind, "never");
  assert.match(meant.kind === "never" ? meant.sentence : "", /01:30 did not happen on Sun 29 Mar 2026: the clocks went forward/);
  assert.deepEqual(resolveLocal("2026-03-29", "02:00", LONDON), { kind: "once", at: utc("2026-03-29T01:00:00Z") });
});

test("summer and winter times resolve, and nonsense is refused", () => {
  assert.deepEqual(resolveLocal("2026-07-01", "10:02:11", LONDON), { kind: "once", at: utc("2026-07-01T09:02:11Z") });
  assert.deepEqual(resolveLocal("2026-11-24", "9:05", LONDON), { kind: "once", at: utc("2026-11-24T09:05:00Z") });
  for (const [date, time] of [["2026-02-30", "10:00"], ["2026-11-24", "25:00"], ["", "10:00"], ["24/11/2026", "10:00"]] as const) {
    assert.equal(resolveLocal(date, time, LONDON).kind, "malformed", `${date} ${time}`);
  }
});

test("days are as long as the zone says", () => {
  const hours = (day: string) => (dayBounds(day, LONDON).to - dayBounds(day, LONDON).from) / 3600;
  assert.deepEqual(["2026-03-29", "2026-10-25", "2026-11-24"].map(hours), [23, 25, 24]);
  assert.equal(dayOf(utc("2026-06-30T23:30:00Z"), LONDON), "2026-07-01");
  assert.equal(shiftDay("2026-03-01", -1), "2026-02-28");
});

test("the timeline of the long day names both one o'clocks", () => {
  const day = dayBounds("2026-10-25", LONDON);
  const labels = ticks({ from: day.from, to: day.from + 4 * 3600 }, 400, LONDON).map((tick) => tick.label);
  assert.deepEqual(labels, ["00:00", "01:00 BST", "01:00 GMT", "02:00", "03:00"]);
});

test("times survive the way to the API and back, and are shown to the millisecond", () => {
  const at = fromRfc3339("2026-11-24T10:02:11.320Z");
  assert.equal(toRfc3339(at), "2026-11-24T10:02:11.320Z");
  assert.equal(clockMilliseconds(at, LONDON), "10:02:11.320");
  assert.deepEqual([29, 600, 4321, 200000].map(duration), ["29 s", "10 min", "1 h 12 min", "2 days"]);
});

test("months of reports are the site's, also across the year", () => {
  const names = (text: string) => lastMonths(utc(text), LONDON).map((month) => `${month.month} ${month.name}`);
  assert.deepEqual(names("2026-06-30T23:30:00Z"), ["2026-07 July 2026", "2026-06 June 2026"]);
  assert.deepEqual(names("2027-01-15T12:00:00Z"), ["2027-01 January 2027", "2026-12 December 2026"]);
});
