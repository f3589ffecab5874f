// A redaction of recorded footage from nothing to what a tenant downloads: drawn by hand with mouse and keys,
// rendered, sent back once, approved by another person with the keyboard alone, released, fetched. On the demo's
// own cameras, without any model: what is shown is what was drawn. Pictures of each step go to the results.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { type Demo, dismissPurpose, expect, recorded, run, test } from "./demo";
import { password, serious, take, withPassword } from "./desk";
import { askForReview, begin, boxOf, drag, goTo, render, saved, settled, toRedacting } from "./redacting";

const SECONDS = 6;

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/login/);
}

async function fits(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), "sideways scrolling").toBeLessThanOrEqual(0);
}

/** Goes to a control by the tabulator alone and presses Enter. */
async function pressByKeys(page: Page, name: string): Promise<void> {
  const control = page.getByRole("button", { name, exact: true }).last();
  await expect(control).toBeEnabled();
  for (let steps = 0; steps < 80; steps++) {
    if (await control.evaluate((element) => element === document.activeElement)) return page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard doesn't reach ${name}`);
}

/** The picture of a film at a second, in shades of grey. */
function greyAt(film: string, seconds: number): { width: number; at: (x: number, y: number) => number } {
  const size = run("ffprobe", ["-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height", "-of", "csv=p=0", film]);
  const [width = 0] = size.text.trim().split(",").map(Number);
  const out = `${film}.grey`;
  const made = run("ffmpeg", ["-v", "error", "-y", "-ss", String(seconds), "-i", film, "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", out]);
  expect(made.code, made.text).toBe(0);
  const bytes = readFileSync(out);
  return { width, at: (x, y) => bytes[Math.round(y) * width + Math.round(x)]! };
}

test("a redaction is drawn from nothing, reviewed by another person, and is all that the tenant gets", async ({ as, browser, demo }, info) => {
  test.setTimeout(600_000);
  const page = await as("reviewer");
  const shot = (name: string) => page.screenshot({ path: info.outputPath(`${name}.png`), fullPage: true });
  await dismissPurpose(page);
  await recorded(page, demo.cameras[0]!, SECONDS + 12);
  const request = await toRedacting(page, demo);
  await shot("1-request");
  expect(await serious(page)).toEqual([]);

  // Nothing is drawn yet: all is hidden.
  await begin(page, SECONDS);
  await expect(page.getByText("Nobody is drawn yet.")).toBeVisible();
  await settled(page);
  expect(await serious(page)).toEqual([]);
  const here = page.url();
  const frames = Number(await page.getByRole("slider", { name: "Frame" }).getAttribute("aria-valuemax"));
  expect(frames).toBeGreaterThan(SECONDS * 8);

  // The subject by mouse: a box at the first frame, moved two seconds later; in between on the straight line.
  await page.getByRole("button", { name: "Subject", exact: true }).click();
  await drag(page, [0.3, 0.3], [0.45, 0.7]);
  const first = (await boxOf(page, /: The subject/))!;
  await goTo(page, 20);
  expect(await boxOf(page, /: The subject/), "a box is of its frame alone").toBeNull();
  await page.keyboard.press("b");
  await drag(page, [0.5, 0.3], [0.65, 0.7]);
  const second = (await boxOf(page, /: The subject/))!;
  await goTo(page, 10);
  const between = (await boxOf(page, /: The subject/))!;
  expect(Math.abs(between.left - (first.left + second.left) / 2)).toBeLessThanOrEqual(1);
  // Its corner pulled at a third place is a keyframe there.
  await page.locator(".box.chosen").or(page.locator(".box")).first().click();
  const scale = (await page.locator(".look .catch").boundingBox())!.width / Number(await page.locator(".look .catch").getAttribute("width"));
  const corner = (await page.locator(".grip-se .knob").boundingBox())!;
  await page.mouse.move(corner.x + corner.width / 2, corner.y + corner.height / 2);
  await page.mouse.down();
  await page.mouse.move(corner.x + 40 * scale, corner.y + 20 * scale, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await boxOf(page, /: The subject/))!.width).toBeGreaterThan(between.width + 20);

  // By keys alone: the subject again at the end, moved and made smaller; a place hidden, and shown again by undo.
  await goTo(page, 40);
  await page.keyboard.press("b");
  await page.keyboard.press("Enter");
  const placed = (await boxOf(page, /: The subject/))!;
  for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowLeft");
  const nudged = (await boxOf(page, /: The subject/))!;
  expect(nudged.left).toBeGreaterThan(placed.left);
  expect(nudged.width).toBeLessThan(placed.width);
  await page.keyboard.press("h");
  await page.keyboard.press("Enter");
  expect(await boxOf(page, "Hidden place 1")).not.toBeNull();
  await page.keyboard.press("Control+z");
  expect(await boxOf(page, "Hidden place 1")).toBeNull();
  await page.keyboard.press("Control+Shift+Z");
  expect(await boxOf(page, "Hidden place 1")).not.toBeNull();
  await page.keyboard.press("Control+z");
  await saved(page);
  await page.keyboard.press("v");
  await settled(page);
  await shot("2-drawn");
  expect(await serious(page)).toEqual([]);

  // What was drawn is there after a reload.
  await page.reload();
  await expect(page.locator(".box")).toHaveCount(1);
  await goTo(page, 40);
  expect(await boxOf(page, /: The subject/)).toEqual(nudged);

  const film = await render(page);
  await expect(page.locator(".page-head .state")).toHaveText("Film made and checked");
  await page.keyboard.press("Space");
  await expect.poll(() => film.evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(0.5);
  await shot("3-film");
  expect(await serious(page)).toEqual([]);
  await askForReview(page);

  // Nobody approves what they drew.
  await page.getByRole("button", { name: "Approve…" }).click();
  const own = page.getByRole("dialog", { name: "Approve the film" });
  await own.getByLabel("What you looked at").fill("All of it");
  await own.locator('input[name="password"]').fill(password(demo, "reviewer"));
  await own.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(own.getByRole("alert")).toContainText(/second person/);
  await own.getByRole("button", { name: "Cancel" }).click();
  await signOut(page);

  // The second person, on a phone: the film is there at once; sent back with a reason.
  await as("approver");
  await dismissPurpose(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(here);
  await expect(page.locator(".film video")).toBeVisible({ timeout: 30_000 });
  await settled(page);
  await fits(page);
  expect(await serious(page)).toEqual([]);
  await shot("4-review-phone");
  await page.getByRole("button", { name: "Send back…" }).click();
  const back = page.getByRole("dialog", { name: "Send it back" });
  await back.getByLabel("Why it goes back").fill("The notice board shows at 0:02");
  await back.getByRole("button", { name: "Send it back", exact: true }).click();
  await expect(page.locator(".page-head .state")).toHaveText("Sent back");
  await page.setViewportSize({ width: 1280, height: 860 });
  await signOut(page);

  // Drawn again: the reviewer reads why, hides it, and asks anew.
  await as("reviewer");
  await dismissPurpose(page);
  await page.goto(here);
  await expect(page.getByText("The notice board shows at 0:02").first()).toBeVisible();
  await page.locator(".stage").focus();
  await page.keyboard.press("o");
  await drag(page, [0.31, 0.31], [0.37, 0.5]);
  await saved(page);
  await render(page);
  await askForReview(page);
  await signOut(page);

  // Approved by keys alone.
  await as("approver");
  await dismissPurpose(page);
  await page.goto(here);
  await expect(page.locator(".film video")).toBeVisible({ timeout: 30_000 });
  await page.keyboard.press("Space");
  await expect(page.getByText("You have watched all of it.")).toBeVisible({ timeout: 120_000 });
  await pressByKeys(page, "Approve…");
  await page.keyboard.type("Every corner, to the end");
  await page.keyboard.press("Tab");
  await page.keyboard.type(password(demo, "approver"));
  await page.keyboard.press("Enter");
  await expect(page.locator(".page-head .state")).toHaveText("Reviewed");
  await shot("5-reviewed");
  const approved = (await (await page.request.get(`${here.replace("/#/requests/", "/api/v1/cases/")}/film.mp4`)).body()) as Buffer;
  await signOut(page);

  await as("reviewer");
  await dismissPurpose(page);
  await page.goto(request);
  await take(page, "The copy is ready to be checked", "Redacted", (dialog) => dialog.getByRole("radio", { name: /redacted/ }).check());
  await signOut(page);
  await as("approver");
  await dismissPurpose(page);
  await page.goto(request);
  await take(page, "Pass the copy", "Looked at all of it", withPassword(demo, "approver"));
  await take(page, "Approve the decision", "Agreed", withPassword(demo, "approver"));
  await take(page, "Release", "By link", withPassword(demo, "approver"));
  await page.getByRole("button", { name: "Make a link…" }).click();
  const making = page.getByRole("dialog", { name: "Make a link" });
  await withPassword(demo, "approver")(making);
  await making.getByRole("button", { name: "Make a link", exact: true }).click();
  await expect(page.getByText("Both are shown only now.")).toBeVisible();
  const [link, code] = await page.locator("code.secret").allTextContents();

  // What the tenant gets is that film, byte for byte, and nothing else.
  const tenant = await (await browser.newContext({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false })).newPage();
  await tenant.goto(link!);
  await tenant.getByLabel("Code").fill(code!);
  await tenant.getByRole("button", { name: "Go to your copy" }).click();
  await expect(tenant.getByRole("link", { name: /^Download film/ })).toHaveCount(1);
  const [download] = await Promise.all([tenant.waitForEvent("download"), tenant.getByRole("link", { name: "Download film 1" }).click()]);
  const path = info.outputPath("film.mp4");
  await download.saveAs(path);
  const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  expect(digest(readFileSync(path))).toBe(digest(approved));
  const grey = greyAt(path, 0.02);
  expect(grey.at(first.left + first.width * 0.75, first.top + first.height * 0.75), "the subject is shown").toBeGreaterThan(30);
  for (const [x, y] of [[0.05, 0.1], [0.9, 0.9], [0.85, 0.1], [0.1, 0.9]] as const) {
    expect(grey.at(x * grey.width, y * grey.width * 0.5625), `hidden at ${x}, ${y}`).toBeLessThan(25);
  }
  await tenant.screenshot({ path: info.outputPath("6-tenant.png"), fullPage: true });
  await tenant.context().close();
});

/** The plan on the box, saved again as another person's browser would. */
async function saveElsewhere(page: Page, demo: Demo): Promise<void> {
  const url = page.url().replace("/#/requests/", "/api/v1/cases/");
  const { csrf } = (await (await page.request.get(`${demo.staff}/api/v1/session`)).json()) as { csrf: string };
  const { plan, revision } = (await (await page.request.get(url)).json()) as { plan: unknown; revision: number };
  const answer = await page.request.put(`${url}/plan`, { data: { plan, revision }, headers: { "x-csrf-token": csrf, origin: demo.staff } });
  expect(answer.status()).toBe(200);
}

test("nothing is saved over what somebody else drew until a person has chosen", async ({ as, demo }) => {
  test.setTimeout(300_000);
  const page = await as("reviewer");
  await dismissPurpose(page);
  await recorded(page, demo.cameras[0]!, 16);
  await toRedacting(page, demo);
  await begin(page, 3);
  await settled(page);
  await page.keyboard.press("b");
  await drag(page, [0.3, 0.3], [0.45, 0.7]);
  await saved(page);
  await saveElsewhere(page, demo);
  await page.locator(".box").first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("alert").filter({ hasText: "Somebody else drew in it meanwhile" })).toBeVisible();
  expect(await serious(page)).toEqual([]);
  const mine = await boxOf(page, /: The subject/);
  await page.getByRole("button", { name: "Save mine instead" }).click();
  await saved(page);
  await page.reload();
  await settled(page);
  expect(await boxOf(page, /: The subject/)).toEqual(mine);
  // And the other way: theirs is shown.
  await saveElsewhere(page, demo);
  await page.locator(".box").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Show what they drew" }).click();
  await settled(page);
  await expect.poll(() => boxOf(page, /: The subject/)).toEqual(mine);
});
