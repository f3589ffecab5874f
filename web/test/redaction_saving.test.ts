// What is drawn reaches the box once, in order, and never over somebody else's; and how long things take.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError } from "../src/api";
import { Autosave, type Saving } from "../src/redaction/autosave";
import { commandOf } from "../src/redaction/keys";
import type { Plan } from "../src/redaction/plan";
import { heard, secondsLeft, type Told } from "../src/redaction/progress";
import { unpacked } from "../src/redaction/stills";
import { clipTime, left } from "../src/redaction/words";

const plan = (mark: number) => ({ version: mark }) as Plan;
const refusal = (code: string) => new ProblemError({ type: "about:blank", title: code, status: 409, detail: "", code });

/** A box that answers when it is told to. */
function box() {
  const sent: { plan: Plan; revision: number; answer: (outcome: number | ProblemError) => void }[] = [];
  const told: Saving["state"][] = [];
  const waiting: (() => void)[] = [];
  const autosave = new Autosave({
    revision: 3,
    now: () => 1_000,
    pause_ms: 0,
    retry_ms: 0,
    told: ({ state }) => void told.push(state),
    send: (plan, revision) =>
      new Promise((resolve, reject) => {
        sent.push({ plan, revision, answer: (outcome) => (typeof outcome === "number" ? resolve({ revision: outcome }) : reject(outcome)) });
        waiting.shift()?.();
      }),
  });
  const arrives = (count: number) => (sent.length >= count ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve)));
  return { autosave, sent, told, arrives };
}

test("changes made while one is on its way go out next, as one, on top of it", async () => {
  const { autosave, sent, told, arrives } = box();
  autosave.changed(plan(1));
  await arrives(1);
  autosave.changed(plan(2));
  autosave.changed(plan(3));
  assert.equal(sent.length, 1, "one at a time");
  sent[0]!.answer(4);
  await arrives(2);
  assert.deepEqual(sent.map(({ plan, revision }) => [plan.version, revision]), [[1, 3], [3, 4]]);
  sent[1]!.answer(5);
  assert.equal(await autosave.flush(), true);
  assert.equal(told.at(-1), "saved");
  assert.deepEqual([autosave.revision, autosave.isSettled], [5, true]);
});

test("nothing is saved over somebody else's plan until a person has said so", async () => {
  const { autosave, sent, told, arrives } = box();
  autosave.changed(plan(1));
  await arrives(1);
  sent[0]!.answer(refusal("changed_since"));
  assert.equal(await autosave.flush(), false);
  autosave.changed(plan(2));
  await autosave.flush();
  assert.equal(sent.length, 1);
  assert.equal(told.at(-1), "conflict");
  const done = autosave.over(9);
  await arrives(2);
  assert.deepEqual([sent[1]!.plan.version, sent[1]!.revision], [2, 9]);
  sent[1]!.answer(10);
  assert.equal(await done, true);
});

test("while the box is away it tries again with the newest", async () => {
  const { autosave, sent, told, arrives } = box();
  autosave.changed(plan(1));
  await arrives(1);
  sent[0]!.answer(refusal("unreachable"));
  await arrives(2);
  assert.ok(told.includes("away"));
  assert.equal(sent[1]!.plan.version, 1);
  sent[1]!.answer(4);
  assert.equal(await autosave.flush(), true);
  // A refusal for cause is not tried again by itself.
  autosave.changed(plan(7));
  await arrives(3);
  sent[2]!.answer(refusal("plan_refused"));
  assert.equal(await autosave.flush(), false);
  assert.equal(told.at(-1), "refused");
  autosave.stop();
});

test("time left follows the pace of late, and is not guessed", () => {
  let told: Told[] = [];
  assert.equal(secondsLeft(told, 100, 0), null);
  told = heard(told, { at: 0, frames: 0 });
  told = heard(told, { at: 1, frames: 10 });
  assert.equal(secondsLeft(told, 100, 1), null);
  told = heard(told, { at: 4, frames: 40 });
  assert.equal(secondsLeft(told, 100, 4), 6);
  assert.equal(secondsLeft(told, 100, 6), 4);
  // The next stage counts from the start.
  told = heard(told, { at: 8, frames: 5 });
  assert.deepEqual(told, [{ at: 8, frames: 5 }]);
  // What was fast long ago doesn't count.
  told = heard(heard(told, { at: 20, frames: 65 }), { at: 40, frames: 75 });
  assert.equal(secondsLeft(told, 85, 40), 20);
  assert.deepEqual([left(3), left(42), left(600), left(null)], ["a few seconds left", "about 45 s left", "about 10 min left", ""]);
  assert.deepEqual([clipTime(0), clipTime(67.25), clipTime(0.1 + 0.2)], ["0:00.0", "1:07.2", "0:00.3"]);
});

test("frames that come together are told apart", () => {
  const bytes = new Uint8Array([0, 0, 0, 7, 0, 0, 0, 2, 0xff, 0xd8, 0, 0, 1, 0, 0, 0, 0, 1, 9]);
  assert.deepEqual(
    unpacked(bytes.buffer).map(({ frame, image }) => [frame, ...image]),
    [[7, 0xff, 0xd8], [256, 9]],
  );
  assert.deepEqual(unpacked(new ArrayBuffer(0)), []);
});

test("keys mean what the list says", () => {
  const press = (key: string, more: Partial<KeyboardEvent> = {}) => commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false, target: null, ...more });
  assert.deepEqual(press("n"), { kind: "doubt", by: 1 });
  assert.deepEqual(press("N", { shiftKey: true }), { kind: "doubt", by: -1 });
  assert.deepEqual(press("4"), { kind: "answer", answer: "hide" });
  assert.deepEqual(press("z", { ctrlKey: true }), { kind: "undo" });
  assert.deepEqual(press("Z", { ctrlKey: true, shiftKey: true }), { kind: "redo" });
  assert.deepEqual(press("."), { kind: "step", by: 1 });
  assert.equal(press("5"), null);
  assert.equal(press("n", { altKey: true }), null);
});
