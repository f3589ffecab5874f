// What a colleague does at a redaction: a case brought to where one is begun, boxes drawn on the picture, the
// film waited for. Next: redaction.spec.ts, screenshots.spec.ts.
import type { Locator, Page } from "@playwright/test";
import { type Demo, expect } from "./demo";
import { take } from "./desk";

/** Takes in a subject access request for the first camera and brings it to where copies are redacted. */
export async function toRedacting(page: Page, demo: Demo): Promise<string> {
  await page.goto(`${demo.staff}/#/requests`);
  await page.getByRole("button", { name: "Take in a request…" }).click();
  const form = page.getByRole("dialog", { name: "Take in a request" });
  await form.getByLabel("Kind").selectOption("subject_access");
  await form.getByLabel("Name", { exact: true }).fill("Alex Hale");
  await form.getByLabel("How to reach them").fill("Flat 4, by letter");
  await form.locator(".ticks input").first().check();
  await form.getByRole("button", { name: "Take it in" }).click();
  await page.getByRole("link", { name: "Open the request" }).click();
  await take(page, "Settle identity and begin the search", "Known to the office");
  await take(page, "Footage was found", "Played through");
  await take(page, "Decide", "It shows the tenant");
  await take(page, "Begin redaction", "Others walk by");
  await expect(page.locator(".page-head .state")).toHaveText("being redacted");
  return page.url();
}

/** The site's own clock, in seconds. */
function onTheWall(at: number): { date: string; time: string } {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).formatToParts(new Date(at));
  const part = (type: string) => parts.find((each) => each.type === type)!.value;
  return { date: `${part("year")}-${part("month")}-${part("day")}`, time: `${part("hour")}:${part("minute")}:${part("second")}` };
}

/** Begins a redaction of the `seconds` that were recorded before the last few; its page is open afterwards. */
export async function begin(page: Page, seconds: number): Promise<void> {
  await page.getByRole("button", { name: /^Redact / }).first().click();
  const dialog = page.getByRole("dialog", { name: "Redact" });
  const end = Date.now() - 6_000;
  for (const [name, at] of [["From", end - seconds * 1000], ["To", end]] as const) {
    const { date, time } = onTheWall(at);
    await dialog.getByLabel(`${name}: date`).fill(date);
    await dialog.getByLabel(`${name}: time`).fill(time);
  }
  await dialog.getByRole("button", { name: "Begin" }).click();
  await expect(page.locator(".page-redaction .editor")).toBeVisible({ timeout: 60_000 });
}

/** Waits until the picture on screen is of the frame that is gone to. */
export async function settled(page: Page): Promise<number> {
  const stage = page.locator(".stage");
  await expect
    .poll(() => stage.evaluate(({ dataset, classList }) => (classList.contains("stage-after") || dataset["before"] === dataset["frame"]) && (classList.contains("stage-before") || dataset["after"] === undefined || dataset["after"] === dataset["frame"])), { timeout: 60_000 })
    .toBe(true);
  return Number(await stage.getAttribute("data-frame"));
}

/** Goes to a frame by the time line's keys. */
export async function goTo(page: Page, frame: number): Promise<void> {
  const ruler = page.getByRole("slider", { name: "Frame" });
  await ruler.focus();
  await page.keyboard.press("Home");
  for (let at = 0; at < frame; at++) await page.keyboard.press("ArrowRight");
  await expect(ruler).toHaveAttribute("aria-valuenow", String(frame + 1));
  await settled(page);
}

/** Drags over the picture from one place to another, both as shares of its width and height. */
export async function drag(page: Page, from: [number, number], to: [number, number]): Promise<void> {
  const ground = (await page.locator(".look .catch").first().boundingBox())!;
  const at = ([x, y]: [number, number]): [number, number] => [ground.x + x * ground.width, ground.y + y * ground.height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]), { steps: 4 });
  await page.mouse.move(...at(to), { steps: 4 });
  await page.mouse.up();
}

/** Where a box is on the picture now, in the clip's pixels; null where it isn't. */
export async function boxOf(page: Page, name: string | RegExp): Promise<{ left: number; top: number; width: number; height: number } | null> {
  const box = page.getByRole("button", { name }).and(page.locator(".box"));
  if ((await box.count()) === 0) return null;
  const edge = box.first().locator(".edge");
  const number = async (attribute: string) => Number(await edge.getAttribute(attribute));
  return { left: await number("x"), top: await number("y"), width: await number("width"), height: await number("height") };
}

export const saved = (page: Page): Promise<void> => expect(page.locator('.saved[data-saving="saved"]')).toContainText("Saved at", { timeout: 30_000 });

/** Has the film made; its page is open afterwards. */
export async function render(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: /^Render/ }).click();
  await expect(page.locator(".film video")).toBeVisible({ timeout: 150_000 });
  return page.locator(".film video");
}

/** Asks for a review of the film that is open. */
export async function askForReview(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Ask for review…" }).click();
  const dialog = page.getByRole("dialog", { name: "Ask for review" });
  await dialog.getByRole("button", { name: "Ask for review", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.locator(".page-head .state")).toHaveText("Awaiting the second person");
}
