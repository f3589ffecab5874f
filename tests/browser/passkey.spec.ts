// Passkeys as their owner uses them: added on the page of one's account, instead of the password at the
// sign-in and at what asks for it again, and of no use once removed. The device is Chromium's own
// simulated one; every check of what it signs is the box's.
import type { CDPSession, Page } from "@playwright/test";
import { type Demo, dismissPurpose, expect, test } from "./demo";
import { password, serious } from "./desk";

/** A device with room for passkeys that has recognised its owner, or has not. */
async function device(page: Page): Promise<{ recognises: (owner: boolean) => Promise<void>; cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId: id } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { recognises: async (isUserVerified) => void (await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified })), cdp, id };
}

const byName = (demo: Demo): string => demo.staff.replace("127.0.0.1", "localhost");

async function signIn(page: Page, demo: Demo, name: string, secret: string): Promise<void> {
  await page.goto(`${byName(demo)}/login`);
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

const workspace = (page: Page) => page.getByRole("navigation", { name: "Workspace" });

test("a passkey stands for password and code, and for nothing once it is removed", async ({ demo, page, browser }) => {
  const petra = { name: "petra", password: "seven green umbrellas" };
  await signIn(page, demo, demo.users.find((each) => each.role === "administrator")!.name, password(demo, "administrator"));
  await expect(workspace(page)).toBeVisible();
  await page.goto(`${byName(demo)}/users`);
  await page.locator("#name").fill(petra.name);
  await page.locator("#role").selectOption("administrator");
  await page.locator("#password").fill(petra.password);
  await page.locator("[name=own_password]").fill(password(demo, "administrator"));
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("cell", { name: petra.name, exact: true })).toBeVisible();

  const own = await (await browser.newContext()).newPage();
  const { recognises } = await device(own);
  await signIn(own, demo, petra.name, petra.password);
  await expect(workspace(own)).toBeVisible();
  await own.goto(`${byName(demo)}/account`);
  expect(await serious(own)).toEqual([]);
  await own.getByLabel(/Name of the new passkey/).fill("work phone");
  await own.locator('form[action="/account/passkeys"] [name=own_password]').fill(petra.password);
  await own.getByRole("button", { name: "Add a passkey" }).click();
  await own.getByRole("button", { name: "Make the passkey" }).click();
  await expect(own.getByRole("radio", { name: /work phone/ })).toBeVisible();
  for (const width of [390, 1280]) {
    await own.setViewportSize({ width, height: 844 });
    expect(await serious(own)).toEqual([]);
    expect(await own.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    const shots = process.env["HOLDFAST_SHOTS"];
    if (shots) await own.screenshot({ path: `${shots}/account-${width}.png`, fullPage: true });
  }

  // The password alone lets nobody in any more; the device does, once it has recognised its owner.
  await own.context().clearCookies();
  await signIn(own, demo, petra.name, petra.password);
  await expect(own.getByRole("alert")).toContainText("An account with a passkey signs in with it");
  const passkey = own.getByRole("button", { name: "Sign in with a passkey" });
  await recognises(false);
  await passkey.click();
  await expect(passkey).toBeEnabled();
  await expect(workspace(own)).toBeHidden();
  await recognises(true);
  await passkey.click();
  await expect(workspace(own)).toBeVisible();

  // What asks for the password again takes it as well.
  await own.goto(`${byName(demo)}/#/status`);
  await own.getByRole("button", { name: "Open footage in an emergency…" }).click();
  const dialog = own.getByRole("dialog", { name: "Open footage in an emergency" });
  await dialog.getByLabel("What has happened, and who asks?").fill("Child missing, police on the phone");
  await dialog.getByRole("button", { name: "Use your passkey instead" }).click();
  await expect(dialog.getByRole("status")).toContainText("Your passkey is shown");
  await dialog.getByRole("button", { name: "Open footage", exact: true }).click();
  await expect(own.locator(".banner")).toContainText("Footage is open to you in an emergency");

  // What no device has signed is refused.
  const borrowed = await own.evaluate(async (name) => {
    const session = (await (await fetch("/api/v1/session")).json()) as { csrf: string };
    const answer = await fetch(`/api/v1/users/${name}/disable`, { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": session.csrf }, body: JSON.stringify({ passkey: { ticket: "made up", credential: { id: "x" } } }) });
    return answer.status;
  }, "00000000-0000-4000-8000-000000000000");
  expect(borrowed).toBe(403);

  // By the box's address instead of its name it says why nothing happens.
  const elsewhere = await (await browser.newContext()).newPage();
  await device(elsewhere);
  await elsewhere.goto(`${demo.staff}/login`);
  await elsewhere.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(elsewhere.getByRole("alert")).toContainText("Passkeys belong to the name localhost");

  // Taken off by its owner, with itself: it opens nothing from then on.
  await own.goto(`${byName(demo)}/account`);
  await own.getByRole("radio", { name: /work phone/ }).check();
  const removal = own.locator('form[action="/account/passkeys/remove"]');
  await removal.getByRole("button", { name: "Use your passkey instead" }).click();
  await expect(own).toHaveURL(/login/);
  await own.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(own.getByRole("alert")).toContainText("User name, password, code or passkey is wrong");
  await signIn(own, demo, petra.name, petra.password);
  await expect(workspace(own)).toBeVisible();

  // The officer looks at the opening, so that nothing is left of this test.
  const officer = await (await browser.newContext()).newPage();
  await officer.goto(`${demo.staff}/login`);
  await officer.getByLabel("User name").fill(demo.users.find((each) => each.role === "data_protection_officer")!.name);
  await officer.getByLabel("Password").fill(password(demo, "data_protection_officer"));
  await officer.getByRole("button", { name: "Sign in", exact: true }).click();
  await dismissPurpose(officer);
  await officer.goto(`${demo.staff}/#/compliance`);
  await officer.getByRole("button", { name: "Mark as read…" }).click();
  const look = officer.getByRole("dialog", { name: "Mark as read" });
  await look.getByLabel("What you found").fill("A trial of passkeys");
  await look.getByRole("button", { name: "Mark as read" }).click();
  await expect(look).toBeHidden();
});
