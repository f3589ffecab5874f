// Pictures of every screen at 390 and 1280 px, light and dark, for eyes: `npm run screenshots` writes
// them to web/screenshots/. They assert nothing.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Demo, dismissPurpose, expect, openCamera, recorded, run, statePurpose, test } from "./demo";
import { take } from "./desk";
import { askForReview, begin, drag, goTo, render, saved, settled, toRedacting } from "./redacting";

/** A colleague asks something of whoever made a request, at the box's own command line. */
function ask(demo: Demo, reference: string, event: string, words: string): void {
  const told = run(demo.binary, ["--config", join(demo.dir, "holdfast.toml"), "case", "move", reference, event, "--reason", words]);
  if (told.code !== 0) throw new Error(told.text);
}

const folder = join(__dirname, "../../web/screenshots");

for (const { width, height } of [{ width: 1280, height: 860 }, { width: 390, height: 844 }]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`${width} ${colorScheme}`, () => {
      test.use({ viewport: { width, height }, colorScheme });

      test("screens", async ({ as, demo, page }) => {
        mkdirSync(folder, { recursive: true });
        const shot = (name: string) => page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        await page.goto(`${demo.staff}/login`);
        await shot("login");
        await as("reviewer");
        await expect(page.getByRole("dialog")).toBeVisible();
        await shot("purpose");
        await statePurpose(page, "Evening patrol");
        await recorded(page, demo.cameras[0]!, 40);
        await expect(page.locator('.picture[data-live="playing"]').first()).toBeVisible({ timeout: 30_000 });
        await shot("grid");
        await openCamera(page, demo.cameras[0]!);
        await page.keyboard.press("j");
        await page.keyboard.press("j");
        await expect(page.locator('.picture[data-playback="playing"]')).toBeVisible();
        await page.keyboard.press("k");
        await page.keyboard.press("[");
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("]");
        for (let n = 0; n < 9; n++) await page.keyboard.press("+");
        await expect(page.locator('.picture[data-playback="paused"]')).toBeVisible();
        const strip = (await page.getByRole("slider").boundingBox())!;
        await page.mouse.move(strip.x + strip.width * 0.3, strip.y + strip.height / 2);
        await expect(page.locator(".preview")).toBeVisible();
        await shot("camera");
        for (const [key, name] of [["e", "export"], ["g", "jump"], ["?", "help"]] as const) {
          await page.keyboard.press(key);
          await expect(page.getByRole("dialog")).toBeVisible();
          await shot(name);
          await page.keyboard.press("Escape");
        }
        for (const name of ["exports", "status", "compliance", "holds", "retention", "policy", "camera-register"]) {
          await page.evaluate((to) => location.assign(`#/${to}`), name);
          await expect(page.locator(`.page-${name.replace("-", "_")}`)).toBeVisible();
          await expect(page.locator(".loading")).toHaveCount(0);
          await shot(name);
        }
        await page.evaluate(() => location.assign("#/requests"));
        await page.getByRole("button", { name: "Take in a request…" }).click();
        const form = page.getByRole("dialog", { name: "Take in a request" });
        await shot("request-form");
        await form.getByLabel("Name", { exact: true }).fill("Alex Hale");
        await form.getByLabel("How to reach them").fill("Flat 4, by letter");
        await form.getByRole("button", { name: "Take it in" }).click();
        await expect(page.getByText("It is shown only now:")).toBeVisible();
        await shot("request-receipt");
        await page.getByRole("link", { name: "Open the request" }).click();
        await expect(page.getByRole("heading", { name: "The clock" })).toBeVisible();
        await shot("request");
        await take(page, "Settle identity and begin the search", "Known");
        await expect(page.getByRole("heading", { name: "Where to look" })).toBeVisible();
        await shot("request-searching");
        await page.getByRole("button", { name: "Footage was found…" }).click();
        await shot("request-step");
        await page.keyboard.press("Escape");
        await page.getByRole("link", { name: "its hold" }).click();
        await expect(page.locator(".page-hold h1")).toBeVisible();
        await shot("hold");
        await page.evaluate(() => location.assign("#/requests"));
        await expect(page.locator(".page-requests table")).toBeVisible();
        await shot("requests");
        await page.evaluate(() => location.assign("#/register"));
        await expect(page.getByRole("heading", { name: "Register and numbers" })).toBeVisible();
        await shot("register");
        await page.goto(`${demo.staff}/account`);
        await shot("account");
      });

      test("administration", async ({ as, demo, page }) => {
        mkdirSync(folder, { recursive: true });
        await as("administrator");
        await page.goto(`${demo.staff}/users`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await page.screenshot({ path: join(folder, `users-${width}-${colorScheme}.png`), fullPage: true });
      });

      test("redaction", async ({ as, demo, page }) => {
        test.setTimeout(600_000);
        mkdirSync(folder, { recursive: true });
        const shot = (name: string) => page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        await as("reviewer");
        await dismissPurpose(page);
        await recorded(page, demo.cameras[0]!, 20);
        const request = await toRedacting(page, demo);
        await page.getByRole("button", { name: /^Redact / }).first().click();
        await shot("redaction-begin");
        await page.keyboard.press("Escape");
        await begin(page, 5);
        await settled(page);
        await shot("redaction-empty");
        await page.keyboard.press("b");
        await drag(page, [0.3, 0.4], [0.42, 0.9]);
        await goTo(page, 25);
        await page.keyboard.press("b");
        await drag(page, [0.45, 0.4], [0.57, 0.9]);
        await page.keyboard.press("o");
        await drag(page, [0.7, 0.5], [0.8, 0.85]);
        await saved(page);
        await shot("redaction-drawn");
        await page.keyboard.press("v");
        await settled(page);
        await shot("redaction-both");
        await page.keyboard.press("?");
        await shot("redaction-keys");
        await page.keyboard.press("Escape");
        await render(page);
        await shot("redaction-film");
        await askForReview(page);
        await page.goto(request);
        await expect(page.getByRole("heading", { name: "Redactions" })).toBeVisible();
        await shot("redaction-list");
      });

      test("portal", async ({ demo, page }) => {
        mkdirSync(folder, { recursive: true });
        const shot = (name: string) => page.screenshot({ path: join(folder, `portal-${name}-${width}-${colorScheme}.png`), fullPage: true });
        const camera = demo.cameras[0]!;
        for (const [name, path] of [["start", "/"], ["notice", "/privacy"], ["notice-cy", "/privacy/cy"], ["notice-large", "/privacy/en-GB/large-print"], ["signs", "/signs"], ["sign", `/signs/${camera}/en-GB`], ["return", "/return"], ["follow", "/status"], ["nowhere", "/nowhere"], ["apply", "/apply/footage-of-me"]] as const) {
          await page.goto(demo.portal + path);
          await shot(name);
        }
        await page.getByRole("button", { name: "Start now" }).click();
        await page.getByLabel("Myself").check();
        const go = () => page.getByRole("button", { name: "Continue" }).click();
        await go();
        await go();
        await shot("mistake");
        await page.getByLabel("What is your full name?").fill("Alex Hale");
        await go();
        await shot("contact");
        await page.getByLabel("Telephone number").fill("01632 960 003");
        await go();
        await shot("place");
        await page.getByRole("checkbox").first().check();
        await go();
        const [year, month, day] = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10).split("-") as [string, string, string];
        for (const [label, text] of [["Day", day], ["Month", month], ["Year", year]] as const) await page.getByLabel(label).fill(text);
        await shot("day");
        await go();
        await page.getByLabel("From").fill("9 am");
        await page.getByLabel("Until").fill("9:20 am");
        await go();
        await page.getByLabel("What did you look like?").fill("Red coat, blue rucksack");
        await go();
        await go();
        await shot("help");
        await page.getByRole("button", { name: "Save and come back later" }).click();
        await shot("saved");
        await page.getByRole("link", { name: "Go on now" }).click();
        await go();
        await shot("check");
        await page.getByRole("button", { name: "Send" }).click();
        await shot("received");
        const text = async (selector: string) => (await page.locator(selector).textContent())!.trim();
        const [reference, code] = [await text(".govuk-panel strong"), await text(".portal-code")];
        await page.goto(`${demo.portal}/status`);
        await page.getByLabel("Reference").fill(reference);
        await page.getByLabel("Code").fill(code);
        await go();
        await shot("status");
        ask(demo, reference, "ask_identity", "We don't know this number. A letter to your address is enough; cover what we don't need.");
        await page.reload();
        await shot("identity");
        await page.getByLabel("Anything to say to it").fill("I will bring the letter to your office tomorrow.");
        await page.getByRole("button", { name: "I have sent all of it" }).click();
        await shot("answered");
        await page.getByRole("link", { name: "Withdraw this request" }).click();
        await shot("withdraw");
      });

      test("auditor", async ({ as, page }) => {
        mkdirSync(folder, { recursive: true });
        await as("auditor");
        await expect(page.getByRole("heading", { name: "Audit log" })).toBeVisible();
        await page.screenshot({ path: join(folder, `audit-${width}-${colorScheme}.png`) });
      });
    });
  }
}
