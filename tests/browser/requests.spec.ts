// A request from the first call to the bundle that is handed out: taken in by phone, worked on by a
// reviewer, refused to whoever decided it, approved by another person, verified by a stranger.
import type { Page } from "@playwright/test";
import { unpack, verdicts } from "./bundle";
import { dismissPurpose, expect, recorded, test } from "./demo";
import { password, serious, take, withPassword } from "./desk";

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/login/);
}

test("a request is taken in, decided, and released only with another person's word", async ({ as, demo }) => {
  const page = await as("reviewer");
  await dismissPurpose(page);
  await recorded(page, demo.cameras[0]!, 20);
  await page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "Requests" }).click();
  await expect(page.getByRole("heading", { name: "Requests", level: 1 })).toBeVisible();
  expect(await serious(page)).toEqual([]);

  await page.getByRole("button", { name: "Take in a request…" }).click();
  const form = page.getByRole("dialog", { name: "Take in a request" });
  await form.getByLabel("Kind").selectOption("police");
  await form.getByLabel("Name", { exact: true }).fill("Sam Reed");
  await form.getByLabel("How to reach them").fill("sam.reed@example.police.uk");
  await form.locator(".ticks input").first().check();
  expect(await serious(page)).toEqual([]);
  await form.getByRole("button", { name: "Take it in" }).click();
  await expect(page.getByText("What it asks for is kept from now on.")).toBeVisible();
  await page.getByRole("link", { name: "Open the request" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/Police HF-\d{4}-\d{6}/);
  const here = page.url();
  await expect(page.getByRole("link", { name: "its hold" })).toBeVisible();
  expect(await serious(page)).toEqual([]);

  await take(page, "Settle identity and begin the search", "Called back over 101", async (dialog) => dialog.getByRole("radio", { name: /called back/ }).check());
  // Where to look: the camera that was named comes first, and leads to its pictures.
  const where = page.locator(".search");
  await expect(where.getByText(/named in the request; .*recorded/)).toBeVisible();
  await expect(where.getByRole("link", { name: /^Watch / }).first()).toHaveAttribute("href", new RegExp(`#/cameras/${demo.cameras[0]!}\\?at=`));
  expect(await serious(page)).toEqual([]);
  await take(page, "Footage was found", "Played through");
  // Without the form nothing is decided for the police.
  const decide = async (dialog: ReturnType<Page["getByRole"]>): Promise<unknown> => dialog.getByLabel("The camera’s purpose").selectOption({ index: 1 });
  await page.getByRole("button", { name: "Decide…" }).click();
  const refused = page.getByRole("dialog", { name: "Decide" });
  await decide(refused);
  await refused.locator('input[name="reason"]').fill("Necessary for the investigation");
  await refused.getByRole("button", { name: "Decide", exact: true }).click();
  await expect(refused.getByRole("alert")).toContainText(/form/i);
  await refused.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Put the form on record…" }).click();
  const police = page.getByRole("dialog", { name: "The police form" });
  for (const field of await police.locator("input, textarea").all()) await field.fill("As told by the officer");
  await police.locator('input[name="email"]').fill("sam.reed@example.police.uk");
  await police.getByRole("button", { name: "Put it on record" }).click();
  await expect(police).toBeHidden();
  await take(page, "Decide", "Necessary for the investigation", decide);
  await take(page, "The copy is ready to be checked", "As recorded");

  // Nobody passes what they prepared.
  await page.getByRole("button", { name: "Pass the copy…" }).click();
  const own = page.getByRole("dialog", { name: "Pass the copy" });
  await own.locator('input[name="reason"]').fill("Looks right");
  await own.locator('input[name="password"]').fill(password(demo, "reviewer"));
  await own.getByRole("button", { name: "Pass the copy", exact: true }).click();
  await expect(own.getByRole("alert")).toContainText(/another person/i);
  await own.getByRole("button", { name: "Cancel" }).click();
  await signOut(page);

  await as("approver");
  await dismissPurpose(page);
  await page.goto(here);
  await take(page, "Pass the copy", "Looked at all of it", withPassword(demo, "approver"));
  await take(page, "Approve the decision", "Agreed", withPassword(demo, "approver"));
  await take(page, "Release", "By secure link", withPassword(demo, "approver"));
  await expect(page.locator(".page-head .state")).toHaveText("released");
  // On a stick: the sheet to be signed, and who took it.
  await expect(page.locator(".letters").getByRole("link", { name: /Receipt and chain of custody/ })).toHaveAttribute("href", /handover\.pdf/);
  await take(page, "Put a handing over on record", "Collected at the office", async (dialog) => {
    await dialog.getByLabel(/The medium/).fill("USB stick, serial 4711");
    await dialog.getByLabel(/Who took it/).fill("PC 99 Reed");
    expect(await serious(page)).toEqual([]);
  });
  await expect(page.getByText("USB stick, serial 4711; taken by PC 99 Reed")).toBeVisible();

  await page.goto(`${demo.staff}/#/exports`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /download/i }).first().click()]);
  const told = verdicts(unpack(await download.path()), demo.binary);
  expect(Object.values(told).every(Boolean), JSON.stringify(told)).toBe(true);
});

test("a viewer takes a request in on a phone and doesn't see how it goes on", async ({ as, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await as("viewer");
  await dismissPurpose(page);
  await page.evaluate(() => location.assign("#/requests"));
  await page.getByRole("button", { name: "Take in a request…" }).click();
  const form = page.getByRole("dialog", { name: "Take in a request" });
  await form.getByLabel("Name", { exact: true }).fill("Alex Hale");
  await form.getByLabel("How to reach them").fill("Flat 4, by letter");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await form.getByRole("button", { name: "Take it in" }).click();
  await expect(page.getByText("It is shown only now:")).toBeVisible();
  expect(await serious(page)).toEqual([]);
  await expect(page.getByRole("link", { name: "Open the request" })).toHaveCount(0);
});
