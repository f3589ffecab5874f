// A request from the first call to the bundle that is handed out: taken in by phone, worked on by a
// reviewer, refused to whoever decided it, approved by another person, verified by a stranger.
import type { Locator, Page } from "@playwright/test";
import { unpack, verdicts } from "./bundle";
import { dismissPurpose, expect, recorded, test } from "./demo";
import { serious, take, withPassword } from "./desk";
import { choose, pick, pressOn, tick, typeInto } from "./keys";

async function signOut(page: Page): Promise<void> {
  await pressOn(page, page.getByRole("button", { name: "Sign out" }));
  await expect(page).toHaveURL(/login/);
}

test("a request is taken in, decided, and released only with another person's word, by keyboard alone", async ({ as, demo }) => {
  const page = await as("reviewer");
  await dismissPurpose(page);
  await recorded(page, demo.cameras[0]!, 20);
  await pressOn(page, page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "Requests" }));
  await expect(page.getByRole("heading", { name: "Requests", level: 1 })).toBeVisible();
  expect(await serious(page)).toEqual([]);

  await pressOn(page, page.getByRole("button", { name: "Take in a request…" }));
  const form = page.getByRole("dialog", { name: "Take in a request" });
  await pick(page, form.getByLabel("Kind"), "Police");
  await typeInto(page, form.getByLabel("Name", { exact: true }), "Sam Reed");
  await typeInto(page, form.getByLabel("How to reach them"), "sam.reed@example.police.uk");
  await tick(page, form.locator(".ticks input").first());
  expect(await serious(page)).toEqual([]);
  await pressOn(page, form.getByRole("button", { name: "Take it in" }));
  await expect(page.getByText("What it asks for is kept from now on.")).toBeVisible();
  await pressOn(page, page.getByRole("link", { name: "Open the request" }));
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/Police HF-\d{4}-\d{6}/);
  const here = page.url();
  await expect(page.getByRole("link", { name: "its hold" })).toBeVisible();
  expect(await serious(page)).toEqual([]);

  await take(page, "Settle identity and begin the search", "Called back over 101", (dialog) => choose(page, dialog.getByRole("radio", { name: /called back/ })));
  // Where to look: the camera that was named comes first, and leads to its pictures.
  const where = page.locator(".search");
  await expect(where.getByText(/named in the request; .*recorded/)).toBeVisible();
  await expect(where.getByRole("link", { name: /^Watch / }).first()).toHaveAttribute("href", new RegExp(`#/cameras/${demo.cameras[0]!}\\?at=`));
  expect(await serious(page)).toEqual([]);
  await take(page, "Footage was found", "Played through");
  // Without the form nothing is decided for the police.
  const decide = (dialog: Locator): Promise<void> => pick(page, dialog.getByLabel("The camera’s purpose"));
  await pressOn(page, page.getByRole("button", { name: "Decide…" }));
  const refused = page.getByRole("dialog", { name: "Decide" });
  await decide(refused);
  await typeInto(page, refused.locator('input[name="reason"]'), "Necessary for the investigation");
  await pressOn(page, refused.getByRole("button", { name: "Decide", exact: true }));
  await expect(refused.getByRole("alert")).toContainText(/form/i);
  await page.keyboard.press("Escape");
  await pressOn(page, page.getByRole("button", { name: "Put the form on record…" }));
  const police = page.getByRole("dialog", { name: "The police form" });
  for (const field of await police.locator("input, textarea").all()) {
    const isMail = (await field.getAttribute("name")) === "email";
    await typeInto(page, field, isMail ? "sam.reed@example.police.uk" : "As told by the officer");
  }
  await pressOn(page, police.getByRole("button", { name: "Put it on record" }));
  await expect(police).toBeHidden();
  await take(page, "Decide", "Necessary for the investigation", decide);
  await take(page, "The copy is ready to be checked", "As recorded");

  // Nobody passes what they prepared.
  await pressOn(page, page.getByRole("button", { name: "Pass the copy…" }));
  const own = page.getByRole("dialog", { name: "Pass the copy" });
  await typeInto(page, own.locator('input[name="reason"]'), "Looks right");
  await withPassword(demo, "reviewer")(own);
  await pressOn(page, own.getByRole("button", { name: "Pass the copy", exact: true }));
  await expect(own.getByRole("alert")).toContainText(/another person/i);
  await page.keyboard.press("Escape");
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
    await typeInto(page, dialog.getByLabel(/The medium/), "USB stick, serial 4711");
    await typeInto(page, dialog.getByLabel(/Who took it/), "PC 99 Reed");
    expect(await serious(page)).toEqual([]);
  });
  await expect(page.getByText("USB stick, serial 4711; taken by PC 99 Reed")).toBeVisible();

  await page.goto(`${demo.staff}/#/exports`);
  const [download] = await Promise.all([page.waitForEvent("download"), pressOn(page, page.getByRole("link", { name: /download/i }).first())]);
  const told = verdicts(unpack(await download.path()), demo.binary);
  expect(Object.values(told).every(Boolean), JSON.stringify(told)).toBe(true);
});

test("an overdue request shouts: in the list before all others, and on its page", async ({ as, demo }) => {
  const page = await as("reviewer");
  await dismissPurpose(page);
  await page.goto(`${demo.staff}/#/requests`);
  for (const [name, monthsAgo] of [["Nora Recent", 0], ["Omar Late", 3]] as const) {
    await page.getByRole("button", { name: "Take in a request…" }).click();
    const form = page.getByRole("dialog", { name: "Take in a request" });
    await form.getByLabel("Kind").selectOption("objection");
    await form.getByLabel("How it came").selectOption("post");
    const day = new Date();
    day.setMonth(day.getMonth() - monthsAgo, 1);
    if (monthsAgo > 0) await form.getByRole("group", { name: "When it truly came" }).locator('input[type="date"]').fill(day.toISOString().slice(0, 10));
    await form.getByLabel("Name", { exact: true }).fill(name);
    await form.getByLabel("How to reach them").fill("by letter");
    await form.getByRole("button", { name: "Take it in" }).click();
    await expect(page.getByText("It is shown only now:")).toBeVisible();
    await page.keyboard.press("Escape");
  }
  await expect(page.getByRole("alert").filter({ hasText: /overdue/i })).toBeVisible();
  const first = page.locator(".page-requests tbody tr").first();
  await expect(first).toContainText("Omar Late");
  await expect(first.locator(".bad")).toBeVisible();
  expect(await serious(page)).toEqual([]);
  await first.getByRole("link").click();
  await expect(page.getByRole("alert").filter({ hasText: "This request is overdue." })).toBeVisible();
  await page.goto(`${demo.staff}/#/compliance`);
  await expect(page.getByRole("row", { name: /People get an answer in time/ })).toContainText("Needs attention");
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
