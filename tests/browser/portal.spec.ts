// The public's portal as a tenant meets it on a phone: without JavaScript and by keyboard alone, from the
// first question to the film that was asked for. axe, which needs scripts, looks at every page beside it.
import type { Browser, Page } from "@playwright/test";
import { readFileSync, statSync } from "node:fs";
import { type Demo, dismissPurpose, expect, recorded, run, test } from "./demo";
import { password, serious, take, withPassword } from "./desk";
import { complain } from "./complaint";
import { pressOn, tabTo, typeInto } from "./keys";

const PHONE = { width: 390, height: 844 };

/** A tenant's phone with scripts off. */
async function phone(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: PHONE, javaScriptEnabled: false, locale: "en-GB", acceptDownloads: true });
  return context.newPage();
}

async function type(page: Page, label: string | RegExp, text: string): Promise<void> {
  await typeInto(page, page.getByLabel(label), text);
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  const control = page.getByRole("button", { name }).or(page.getByRole("link", { name })).first();
  await pressOn(page, control);
}

/** A page's main heading. */
const heading = (page: Page, words: string | RegExp) => expect(page.getByRole("heading", { level: 1 })).toContainText(words);

/** Answers the page's question and goes on to the next. */
async function go(page: Page, next: string | RegExp): Promise<void> {
  await tabTo(page, page.getByRole("button", { name: "Continue" }));
  await page.keyboard.press("Enter");
  await heading(page, next);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, `${next}: sideways scrolling`).toBeLessThanOrEqual(0);
}

/** The site's own date and clock, which is what a tenant reads off a wall. */
function onTheWall(at: Date): { day: string; month: string; year: string; time: string } {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", day: "numeric", month: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)!.value;
  return { day: part("day"), month: part("month"), year: part("year"), time: `${part("hour")}:${part("minute")}` };
}

/** Asks for the footage of one camera around now; reference and code as they are shown. */
async function ask(page: Page, demo: Demo): Promise<{ reference: string; code: string }> {
  await page.goto(demo.portal);
  await tabTo(page, page.getByRole("link", { name: "Ask for footage of yourself" }));
  await page.keyboard.press("Enter");
  await heading(page, "Ask for footage of yourself");
  await tabTo(page, page.getByRole("button", { name: "Start now" }));
  await page.keyboard.press("Enter");
  await heading(page, "Who is the request for?");
  await tabTo(page, page.getByLabel("Myself"));
  await page.keyboard.press("Space");
  await go(page, "What is your full name?");
  await type(page, "What is your full name?", "Alex Hale");
  await go(page, "How can we reach you?");
  await type(page, "Telephone number", "01632 960 003");
  await go(page, "Where was it?");
  await tabTo(page, page.getByRole("checkbox").first());
  await page.keyboard.press("Space");
  await go(page, "On which day was it?");
  const [from, until] = [onTheWall(new Date(Date.now() - 60_000)), onTheWall(new Date(Date.now() + 60_000))];
  for (const [label, text] of [["Day", from.day], ["Month", from.month], ["Year", from.year]] as const) await type(page, label, text);
  await go(page, "Between which times?");
  await type(page, "From", "9 in the morning");
  await type(page, "Until", until.time);
  await tabTo(page, page.getByRole("button", { name: "Continue" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "There is a problem" })).toBeVisible();
  await expect(page).toHaveTitle(/^Error: /);
  await type(page, "From", from.time);
  await go(page, "What did you look like?");
  await type(page, "What did you look like?", "Red coat, blue rucksack");
  await go(page, "Was there a vehicle?");
  await go(page, "Do you need our answer in another form?");
  await go(page, "Check your answers");
  await expect(page.getByText("Red coat, blue rucksack")).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Send" }));
  await page.keyboard.press("Enter");
  await heading(page, "We have received it");
  const reference = (await page.locator(".govuk-panel strong").textContent())!.trim();
  const code = (await page.locator(".portal-code").textContent())!.trim();
  expect(reference).toMatch(/^HF-\d{4}-\d{6}$/);
  return { reference, code };
}

/** Signs in to a request with its reference and code. */
async function follow(page: Page, demo: Demo, { reference, code }: { reference: string; code: string }): Promise<void> {
  await page.goto(`${demo.portal}/status`);
  if (page.url().endsWith("/request")) {
    await press(page, "Leave this page");
    await heading(page, "Follow your request");
  }
  await type(page, "Reference", reference);
  await type(page, "Code", code);
  await tabTo(page, page.getByRole("button", { name: "Continue" }));
  await page.keyboard.press("Enter");
  await expect(page.getByText(`Request ${reference}`)).toBeVisible();
}

/** A colleague's browser at a request. */
async function desk(browser: Browser, demo: Demo, role: string, reference: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage();
  await page.goto(`${demo.staff}/login`);
  await page.getByLabel(/name/i).first().fill(demo.users.find((each) => each.role === role)!.name);
  await page.getByLabel(/password/i).first().fill(password(demo, role));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await dismissPurpose(page);
  await at(page, demo, reference);
  return page;
}

async function at(page: Page, demo: Demo, reference: string): Promise<void> {
  await page.goto(`${demo.staff}/#/requests/${reference}`);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(reference);
}

/** The smallest PNG: one grey pixel. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==", "base64");

test("a tenant asks, shows who they are, is refused once, asks again and downloads their copy", async ({ browser, demo }) => {
  const tenant = await phone(browser);
  const first = await ask(tenant, demo);
  const reviewer = await desk(browser, demo, "reviewer", first.reference);
  await recorded(reviewer, demo.cameras[0]!, 20);

  await take(reviewer, "Ask for proof of identity", "We don't know this number. A letter to your address is enough.");
  await follow(tenant, demo, first);
  await heading(tenant, "We need to know who you are");
  await expect(tenant.getByText("A letter to your address is enough.").first()).toBeVisible();
  await tenant.getByLabel("Send a photograph or a PDF").setInputFiles({ name: "letter.png", mimeType: "image/png", buffer: PNG });
  await press(tenant, "Send this file");
  await expect(tenant.getByText("1 paper has reached us")).toBeVisible();
  await press(tenant, "I have sent all of it");
  await heading(tenant, "We have your request");

  await at(reviewer, demo, first.reference);
  await reviewer.getByRole("button", { name: "Look at it" }).click();
  await expect(reviewer.getByRole("img", { name: /Paper 1/ })).toBeVisible();
  expect(await serious(reviewer)).toEqual([]);
  await take(reviewer, "Settle identity and begin the search", "The letter fits the address", async (dialog) => {
    await dialog.getByRole("radio", { name: /Evidence was seen/ }).check();
    await dialog.getByRole("radio", { name: /letter or bill/ }).check();
  });
  await expect(reviewer.getByRole("heading", { name: "Papers that show who asks" })).toHaveCount(0);
  await take(reviewer, "Ask a question", "Did you come on foot?");
  await tenant.reload();
  await heading(tenant, "We have a question for you");
  await type(tenant, "Your answer", "On foot, with a dog");
  await press(tenant, "Send your answer");
  await heading(tenant, "We are looking for the footage");

  // Refused, with a ground that the tenant reads in words.
  await at(reviewer, demo, first.reference);
  await expect(reviewer.getByText("“On foot, with a dog”")).toBeVisible();
  await take(reviewer, "Footage was found", "Played through");
  await take(reviewer, "Decide", "Others can't be hidden yet", async (dialog) => {
    await dialog.getByRole("radio", { name: /^Refuse/ }).check();
    await dialog.locator("select").first().selectOption("third_party_rights");
  });
  // The letter that is drafted here is the one that goes on record, unless a file is chosen.
  await take(reviewer, "Put the letter on record", "As sent");
  const approver = await desk(browser, demo, "approver", first.reference);
  await take(approver, "Approve the decision", "Agreed", withPassword(demo, "approver"));
  await tenant.reload();
  await heading(tenant, "We could not give you this");
  await expect(tenant.getByText(/whose rights weigh more here/)).toBeVisible();
  await expect(tenant.getByText(/Information Commissioner/).first()).toBeVisible();

  // Asks again, and gets a copy in which only the tenant is.
  const second = await ask(tenant, demo);
  expect(second.reference).not.toBe(first.reference);
  await at(reviewer, demo, second.reference);
  await take(reviewer, "Settle identity and begin the search", "Known from last time");
  await take(reviewer, "Footage was found", "Played through");
  await take(reviewer, "Decide", "Only the tenant is in it");
  await take(reviewer, "The copy is ready to be checked", "Only the tenant");
  await at(approver, demo, second.reference);
  await take(approver, "Pass the copy", "Looked at all of it", withPassword(demo, "approver"));
  await take(approver, "Approve the decision", "Agreed", withPassword(demo, "approver"));
  await take(approver, "Release", "By link", withPassword(demo, "approver"));
  await approver.getByRole("button", { name: "Make a link…" }).click();
  const making = approver.getByRole("dialog", { name: "Make a link" });
  await withPassword(demo, "approver")(making);
  await making.getByRole("button", { name: "Make a link", exact: true }).click();
  await expect(approver.getByText("Both are shown only now.")).toBeVisible();
  expect(await serious(approver)).toEqual([]);
  const [link, code] = await approver.locator("code.secret").allTextContents();
  // For somebody without a computer the same film goes on a disc.
  await approver.getByText("On a disc or a stick instead").click();
  expect(await serious(approver)).toEqual([]);
  const [disc] = await Promise.all([approver.waitForEvent("download"), approver.getByRole("link", { name: `Download ${second.reference}-1.mp4` }).click()]);
  const onDisc = readFileSync(await disc.path());

  await follow(tenant, demo, second);
  await heading(tenant, "Your copy is ready");
  await tenant.goto(link!);
  await type(tenant, "Code", "WRONG-WRONG");
  await tabTo(tenant, tenant.getByRole("button", { name: "Go to your copy" }));
  await tenant.keyboard.press("Enter");
  await expect(tenant.getByRole("heading", { name: "There is a problem" })).toBeVisible();
  await type(tenant, "Code", code!);
  await tabTo(tenant, tenant.getByRole("button", { name: "Go to your copy" }));
  await tenant.keyboard.press("Enter");
  await heading(tenant, "Your copy");
  await tabTo(tenant, tenant.getByRole("link", { name: "Download film 1" }));
  const [download] = await Promise.all([tenant.waitForEvent("download"), tenant.keyboard.press("Enter")]);
  const film = await download.path();
  expect(statSync(film).size).toBeGreaterThan(10_000);
  expect(readFileSync(film).equals(onDisc), "the disc has another film than the link").toBe(true);
  const played = run("ffprobe", ["-v", "error", "-show_entries", "stream=codec_type,nb_frames", "-of", "csv=p=0", film]);
  expect(played.text).toMatch(/^video,\d+/);
  await approver.reload();
  for (const page of [tenant, reviewer, approver]) await page.context().close();
});

for (const { name, viewport } of [{ name: "on a phone", viewport: PHONE }, { name: "on a desk", viewport: { width: 1280, height: 860 } }]) {
  test.describe(name, () => {
    test.use({ viewport });

    test("axe finds nothing serious on any page of the portal, and nothing needs sideways scrolling", async ({ demo, page }) => {
      const look = async (what: string) => {
        expect((await serious(page)).map((each) => `${what}: ${each}`)).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow, `${what}: sideways scrolling`).toBeLessThanOrEqual(0);
      };
      const camera = demo.cameras[0]!;
      for (const path of ["/", "/privacy", "/privacy/cy", "/privacy/pl/large-print", "/privacy/history", "/signs", `/signs/${camera}/en-GB`, "/return", "/status", "/nowhere", "/download/guessed"]) {
        await page.goto(demo.portal + path);
        await look(path);
      }
      for (const errand of ["footage-of-me", "police", "complaint", "objection"]) {
        await page.goto(`${demo.portal}/apply/${errand}`);
        await look(errand);
        await page.getByRole("button", { name: "Start now" }).click();
        await look(`${errand}: first question`);
        await page.getByRole("button", { name: "Continue" }).click();
        await expect(page.getByRole("heading", { name: "There is a problem" })).toBeVisible();
        await look(`${errand}: a mistake`);
      }
      const asked = await complain(page, demo);
      await look("received");
      await page.goto(`${demo.portal}/status`);
      await page.getByLabel("Reference").fill(asked.reference);
      await page.getByLabel("Code").fill("wrong");
      await page.getByRole("button", { name: "Continue" }).click();
      await look("status: a mistake");
      await page.getByLabel("Code").fill(asked.code);
      await page.getByRole("button", { name: "Continue" }).click();
      await look("status");
      await page.getByRole("link", { name: "Withdraw this request" }).click();
      await look("withdraw");
    });
  });
}
