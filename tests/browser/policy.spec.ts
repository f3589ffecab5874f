// Who may look, and why: an administrator opens footage in an emergency and the data protection officer looks
// at that; the policy is read before any footage; the register says what is missing.
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { dismissPurpose, expect, test } from "./demo";
import { password, serious } from "./desk";

async function fits(page: Page): Promise<void> {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    expect(await serious(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, `${page.url()} at ${width} px`).toBeLessThanOrEqual(0);
    const shots = process.env["HOLDFAST_SHOTS"];
    if (shots) await page.screenshot({ path: join(shots, `${new URL(page.url()).hash.replace(/\W/g, "") || "grid"}-${Date.now()}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}

test("an administrator opens footage in an emergency, and the data protection officer looks at it", async ({ as, demo, page, browser }) => {
  await as("administrator");
  await page.goto(`${demo.staff}/#/status`);
  await page.getByRole("button", { name: "Open footage in an emergency…" }).click();
  const dialog = page.getByRole("dialog", { name: "Open footage in an emergency" });
  await dialog.getByLabel("What has happened, and who asks?").fill("Child missing, police on the phone");
  await dialog.locator('input[name="password"]').fill(password(demo, "administrator"));
  await fits(page);
  await dialog.getByRole("button", { name: "Open footage", exact: true }).click();
  await expect(page.locator(".banner")).toContainText("Footage is open to you in an emergency");
  await page.getByRole("link", { name: "Cameras" }).click();
  await expect(page.getByRole("dialog", { name: "What is this viewing for?" })).toBeVisible();

  const officer = demo.users.find((each) => each.role === "data_protection_officer")!;
  const desk = await (await browser.newContext()).newPage();
  await desk.goto(`${demo.staff}/login`);
  await desk.getByLabel(/name/i).first().fill(officer.name);
  await desk.getByLabel(/password/i).first().fill(officer.password);
  await desk.getByRole("button", { name: "Sign in", exact: true }).click();
  await dismissPurpose(desk);
  await expect(desk.locator(".banner")).toContainText("you have not looked at that yet");
  await desk.goto(`${demo.staff}/#/compliance`);
  await desk.getByRole("button", { name: "Mark as read…" }).click();
  const look = desk.getByRole("dialog", { name: "Mark as read" });
  await look.getByLabel("What you found").fill("The child was found");
  await look.getByRole("button", { name: "Mark as read" }).click();
  await expect(desk.getByRole("region", { name: "Footage opened in an emergency" })).toContainText("The child was found");
  await expect(desk.locator(".banner")).toHaveCount(0);
  await fits(desk);
  await desk.getByRole("link", { name: "Register of cameras" }).click();
  await expect(desk.getByText("No sign on record").first()).toBeVisible();
  await fits(desk);
});

test("the policy is read before any footage, and one goes on where one was", async ({ demo, page }) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-policy-"));
  let box: ChildProcess | undefined;
  try {
    const port = 20_000 + (process.pid % 20_000);
    writeFileSync(join(folder, "policy.txt"), "Look only for a reason.\n\nNever share <b>what</b> you see.\n");
    // A box of its own, whose cameras nobody reaches.
    const config = join(folder, "holdfast.toml");
    writeFileSync(
      config,
      `[store]\ndata = "${folder}/data"\n[keys]\ndir = "${folder}/keys"\n[clock]\ntrust = "system"\n[web.staff]\nlisten = "127.0.0.1:${port}"\n[policy]\nfile = "${folder}/policy.txt"\n`,
    );
    appendFileSync(config, '[[camera]]\nid = "gate"\nplace = "Gate"\npurpose = "Crime at the gate"\nurl = "rtsp://127.0.0.1:9/none"\n');
    const ran = (args: string[], input = ""): Promise<string> =>
      new Promise((resolve) => {
        const child = spawn(demo.binary, ["--config", config, ...args], { stdio: ["pipe", "pipe", "inherit"] });
        let told = "";
        child.stdout!.on("data", (data: Buffer) => (told += data.toString()));
        child.once("exit", () => resolve(told));
        child.stdin!.end(input);
      });
    await ran(["init", "--json"]);
    await ran(["user", "add", "vera", "--role", "viewer"], "correct horse battery\n");
    box = spawn(demo.binary, ["--config", config, "run"], { stdio: "ignore" });
    const staff = `http://127.0.0.1:${port}`;
    await expect.poll(async () => fetch(`${staff}/healthz`).then((answer) => answer.status, () => 0), { timeout: 60_000 }).toBe(200);
    await page.goto(`${staff}/login`);
    await page.getByLabel(/name/i).first().fill("vera");
    await page.getByLabel(/password/i).first().fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.goto(`${staff}/#/cameras/gate`);
    await expect(page.getByRole("heading", { name: "CCTV policy" })).toBeVisible();
    await expect(page.getByText("Never share <b>what</b> you see.")).toBeVisible();
    await fits(page);
    const form = page.getByRole("button", { name: "Acknowledge" });
    const today = new Date().toISOString().slice(0, 10);
    await page.getByLabel("Date of your last CCTV training").fill("2020-01-01");
    await page.getByLabel(/I have read this policy/).check();
    await form.click();
    await expect(page.getByRole("alert")).toContainText("more than a year ago");
    await page.getByLabel("Date of your last CCTV training").fill(today);
    await form.click();
    await expect(page.getByRole("dialog", { name: "What is this viewing for?" })).toBeVisible();
    expect(page.url()).toContain("#/cameras/gate");
  } finally {
    box?.kill("SIGTERM");
    if (box) await new Promise((resolve) => box!.once("exit", resolve));
    rmSync(folder, { recursive: true, force: true });
  }
});
