// The public's pages as most people meet them: on a phone, without JavaScript, by keyboard alone. axe
// finds nothing serious on any of them, and nothing needs sideways scrolling.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./demo";

const folder = join(__dirname, "../../web/screenshots");

test.use({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false });

async function looksRight(page: Page, screen: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `portal-${screen}-390.png`), fullPage: true });
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map((v) => `${screen}: ${v.id} at ${v.nodes[0]?.target.join(" ")}`)).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, `${screen}: sideways scrolling`).toBeLessThanOrEqual(0);
}

/** Presses Tab until what has the focus is called `name`, then types or presses Enter. */
async function reach(page: Page, name: string): Promise<void> {
  const wanted = page.getByLabel(name, { exact: true }).or(page.getByRole("button", { name })).or(page.getByRole("link", { name })).first();
  await expect(wanted).toBeVisible();
  for (let n = 0; n < 60; n++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${name}`);
}

async function fill(page: Page, name: string, text: string): Promise<void> {
  await reach(page, name);
  await page.keyboard.type(text);
}

async function press(page: Page, name: string): Promise<void> {
  await reach(page, name);
  await page.keyboard.press("Enter");
}

test("a tenant asks for footage by keyboard alone", async ({ demo, page }) => {
  await page.goto(demo.portal);
  await looksRight(page, "start");
  await press(page, "Ask for footage of yourself");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ask for footage of yourself");
  await looksRight(page, "begin");
  await press(page, "Start now");
  await press(page, "Continue");
  await expect(page.getByRole("alert")).toContainText("Choose whether you ask for yourself");
  await looksRight(page, "error");
  await page.getByLabel("Myself").focus();
  await page.keyboard.press("Space");
  await press(page, "Continue");
  await fill(page, "What is your full name?", "Ann Tenant");
  await press(page, "Continue");
  await looksRight(page, "contact");
  await fill(page, "Email address", "ann@tenant.example");
  await press(page, "Continue");
  await looksRight(page, "place");
  await page.getByRole("checkbox").first().focus();
  await page.keyboard.press("Space");
  await press(page, "Continue");
  await fill(page, "Day", "25");
  await fill(page, "Month", "10");
  await fill(page, "Year", "2026");
  await looksRight(page, "day");
  await press(page, "Continue");
  await fill(page, "From", "1:30 am");
  await fill(page, "Until", "1:45 am");
  await press(page, "Continue");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Which of the two hours do you mean?");
  await looksRight(page, "which-hour");
  await page.getByLabel(/^The second/).focus();
  await page.keyboard.press("Space");
  await press(page, "Continue");
  await fill(page, "What did you look like?", "Red coat, blue rucksack");
  await press(page, "Continue");
  await press(page, "Continue");
  await looksRight(page, "help");
  await press(page, "Continue");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check your answers");
  await looksRight(page, "check");
  await press(page, "Save and come back later");
  await looksRight(page, "saved");
  const [reference, code] = await page.locator(".portal-code").allTextContents();
  await page.context().clearCookies();
  await page.goto(`${demo.portal}/return`);
  await looksRight(page, "return");
  await fill(page, "Reference", reference!);
  await fill(page, "Code", code!);
  await press(page, "Return to it");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check your answers");
  await press(page, "Send");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("We have received it");
  await expect(page.getByText(/HF-\d{4}-\d{6}/)).toBeVisible();
  await looksRight(page, "received");
});

test("the notice, its languages, large print and signs", async ({ demo, page }) => {
  for (const path of ["privacy", "privacy/cy", "privacy/pl", "privacy/en-GB/large-print", "privacy/history", "signs", "signs/gate/cy", "apply/police", "nowhere"]) {
    await page.goto(`${demo.portal}/${path}`);
    await looksRight(page, path.replaceAll("/", "-"));
  }
  await page.goto(`${demo.portal}/privacy/en-GB/large-print`);
  await page.emulateMedia({ media: "print" });
  const sizes = await page.locator("main p, main li").evaluateAll((all) => all.filter((e) => e.getClientRects().length).map((e) => parseFloat(getComputedStyle(e).fontSize)));
  expect(Math.min(...sizes), "16 pt are 21.3 px").toBeGreaterThanOrEqual(21.3);
});
