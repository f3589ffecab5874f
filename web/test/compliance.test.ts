// A promise stands only while nothing speaks against it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { promises } from "../src/compliance";
import type { Status } from "../src/contract";

const good = (): Status => ({
  version: "1",
  uptime_s: 5,
  clock: { synchronised: true },
  cameras: [{ id: "gate", state: "recording", since: null, last_frame: null, fps: 15, bitrate: 4e6, codec: "h264", error: null }],
  storage: { free_bytes: 1, used_bytes: 1, oldest: null, days_to_full: null },
  keys: { epoch: 3, custody: "file", claim: { tier: "clear", sentence: "Keys are overwritten." } },
  expiry: { last_run: new Date().toISOString(), refused: null, overdue: 0 },
  holds: { in_force: 1, review_overdue: 0 },
  retention: { reviews_overdue: 0, disk_too_small: [] },
  witnesses: [],
  cases: { open: 2, due_soon: 1, overdue: 0, forms_owed: 0 },
  bank_holidays: { known_until: "2028-12-31", renew: false },
  policy: { configured: true, not_clear: 0 },
  emergencies: { not_looked_at: 0, open_now: 0 },
  mail: { configured: true, waiting: 0, undelivered: 0, staff_undelivered: 0 },
});

const broken = (change: (status: Status) => void): string[] => {
  const status = good();
  change(status);
  return promises(status)
    .filter((each) => each.wrong.length > 0)
    .map((each) => each.promise);
};

test("with nothing against them all promises stand, and each fact against one breaks that one", () => {
  assert.deepEqual(broken(() => undefined), []);
  const cases: [string, (status: Status) => void][] = [
    ["Images are kept no longer than necessary", (status) => (status.expiry.overdue = 1)],
    ["Images are kept no longer than necessary", (status) => (status.expiry.refused = "the clock jumped")],
    ["Images are kept no longer than necessary", (status) => (status.expiry.last_run = new Date(Date.now() - 25 * 3600_000).toISOString())],
    ["Images are kept no longer than necessary", (status) => (status.expiry.last_run = null)],
    ["Images are kept no longer than necessary", (status) => (status.retention.reviews_overdue = 1)],
    ["Images are kept longer only while somebody needs them", (status) => (status.holds.review_overdue = 1)],
    ["People get an answer in time", (status) => (status.cases.overdue = 1)],
    ["People get an answer in time", (status) => (status.cases.forms_owed = 1)],
    ["People get an answer in time", (status) => (status.mail.undelivered = 1)],
    ["People get an answer in time", (status) => (status.mail.staff_undelivered = 1)],
    ["People get an answer in time", (status) => (status.mail.waiting = 1)],
    ["People get an answer in time", (status) => (status.bank_holidays.renew = true)],
    ["Whoever looks knows the rules", (status) => (status.policy.not_clear = 1)],
    ["An emergency opens footage for a while, and never unnoticed", (status) => (status.emergencies.not_looked_at = 1)],
    ["Nobody looks unseen", (status) => status.witnesses.push({ witness: "w", standing: "contradicts", last_seen: null, leaves: null, detail: "" })],
    ["Times can be relied on", (status) => (status.clock.synchronised = false)],
    ["The cameras record", (status) => (status.cameras[0]!.state = "stalled")],
  ];
  for (const [promise, change] of cases) assert.deepEqual(broken(change), [promise]);
});
