// Letters at a request: what can be drafted is offered, opens as PDF, and goes on record by its own hash;
// the register and the year's numbers are a page, on a phone too.
import { createHash } from "node:crypto";
import { dismissPurpose, expect, test } from "./demo";
import { serious, take } from "./desk";

test("a letter is drafted, opened in large print, and put on record by its hash", async ({ as, demo }) => {
  const page = await as("reviewer");
  await dismissPurpose(page);
  await page.goto(`${demo.staff}/#/requests`);
  await page.getByRole("button", { name: "Take in a request…" }).click();
  const form = page.getByRole("dialog", { name: "Take in a request" });
  await form.getByLabel("Kind").selectOption("subject_access");
  await form.getByLabel("Name", { exact: true }).fill("Mary Lamb");
  await form.getByLabel("How to reach them").fill("2 Low Road, Leeds");
  await form.locator(".ticks input").first().check();
  await form.getByRole("button", { name: "Take it in" }).click();
  await page.getByRole("link", { name: "Open the request" }).click();
  const here = page.url();

  const letters = page.locator(".letters");
  await expect(letters.getByText("Acknowledgement of receipt")).toBeVisible();
  await letters.getByLabel("Large print").check();
  const href = await letters.getByRole("link", { name: /Acknowledgement of receipt.*large print/ }).getAttribute("href");
  expect(href).toMatch(/acknowledgement\.pdf\?print=large$/);
  const [opened] = await Promise.all([page.waitForEvent("popup"), letters.getByRole("link", { name: /Acknowledgement of receipt/ }).click()]);
  await opened.close();
  await letters.getByText(/that can’t be drafted now/).click();
  await expect(letters.getByText(/Decide first/).first()).toBeVisible();
  expect(await serious(page)).toEqual([]);

  await take(page, "Settle identity and begin the search", "Known");
  await take(page, "Footage was found", "Played through");
  await take(page, "Decide", "Weighed", async (dialog) => dialog.getByRole("radio", { name: "Refuse" }).check());
  let sha256 = "";
  await take(page, "Put the letter on record", "As drafted", async (dialog) => {
    await expect(dialog.getByRole("radio", { name: /Refusal.*as drafted here/ })).toBeChecked();
    await expect(dialog.getByText(/Its SHA-256 is/)).toBeVisible();
    const pdf = await page.request.get(new URL((await dialog.getByRole("link", { name: /Read it/ }).getAttribute("href"))!, demo.staff).href);
    sha256 = createHash("sha256").update(await pdf.body()).digest("hex");
    expect(await serious(page)).toEqual([]);
  });
  await expect(page.locator(".record").getByText(`${sha256.slice(0, 16)}…`)).toBeVisible();

  await page.goto(`${demo.staff}/#/register`);
  await expect(page.getByRole("heading", { name: "Register and numbers" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Numbers" }).getByRole("row", { name: /Subject access/ })).toBeVisible();
  await page.getByRole("searchbox", { name: "Find in the register" }).fill("nobody of that name");
  await expect(page.getByText("Nothing in it matches.")).toBeVisible();
  expect(await serious(page)).toEqual([]);

  await page.setViewportSize({ width: 390, height: 844 });
  for (const url of [`${demo.staff}/#/register`, here]) {
    await page.goto(url);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator(".loading")).toHaveCount(0);
    if (process.env["LOOK"]) await page.screenshot({ path: `${process.env["LOOK"]}/${url === here ? "case" : "register"}-390.png`, fullPage: true });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, url).toBeLessThanOrEqual(0);
  }
  if (process.env["LOOK"]) {
    await page.setViewportSize({ width: 1280, height: 860 });
    for (const url of [`${demo.staff}/#/register`, here]) {
      await page.goto(url);
      await expect(page.locator(".loading")).toHaveCount(0);
      await page.screenshot({ path: `${process.env["LOOK"]}/${url === here ? "case" : "register"}-1280.png`, fullPage: true });
    }
  }
});
