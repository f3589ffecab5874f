// The thing under test: a real `holdfast demo` process in a folder of its own, started once for a
// worker and stopped after it. Its first line of JSON says where it listens and who may sign in.
// Next: the specs take `demo` and `signedIn` from here.
import { test as base, expect, type Page } from "@playwright/test";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

export interface Demo {
  staff: string;
  portal: string;
  /** Its folder: the configuration lies there. */
  dir: string;
  users: { name: string; password: string; role: string }[];
  cameras: string[];
  binary: string;
}

const STARTS_WITHIN_MS = 90_000;
const STOPS_WITHIN_MS = 20_000;

function binary(): string {
  const root = resolve(__dirname, "../..");
  const target = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");
  const candidates = [process.env["HOLDFAST_BIN"], join(target, "release/holdfast"), join(target, "debug/holdfast")];
  const found = candidates.find((path): path is string => path !== undefined && existsSync(path));
  if (!found) throw new Error("no holdfast binary: build it (cargo build --release) or name it in HOLDFAST_BIN");
  return found;
}

/** Resolves with the line that tells where the demo listens; rejects when the process ends first. */
function announced(child: ChildProcess): Promise<Omit<Demo, "binary" | "dir">> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the demo said nothing within ${STARTS_WITHIN_MS} ms`)), STARTS_WITHIN_MS);
    child.once("exit", (code) => reject(new Error(`the demo ended with code ${code} before it listened`)));
    createInterface({ input: child.stdout! }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      clearTimeout(late);
      resolve(JSON.parse(line) as Omit<Demo, "binary" | "dir">);
    });
  });
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const hard = setTimeout(() => child.kill("SIGKILL"), STOPS_WITHIN_MS);
    child.once("exit", () => (clearTimeout(hard), resolve()));
    child.kill("SIGTERM");
  });
}

export const test = base.extend<{ as: (role: string) => Promise<Page> }, { demo: Demo }>({
  demo: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), "holdfast-browser-"));
      const path = binary();
      const child = spawn(path, ["demo", "--dir", join(folder, "demo"), "--cameras", "4", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
      try {
        await use({ ...(await announced(child)), binary: path, dir: join(folder, "demo") });
      } finally {
        await stopped(child);
        rmSync(folder, { recursive: true, force: true });
      }
    },
    { scope: "worker", timeout: STARTS_WITHIN_MS + STOPS_WITHIN_MS },
  ],
  /** Signs in as the demo's user of a role; the workspace is open afterwards. */
  as: async ({ page, demo }, use) => {
    await use(async (role) => {
      const user = demo.users.find((each) => each.role === role);
      if (!user) throw new Error(`the demo has no ${role}`);
      await page.goto(`${demo.staff}/login`);
      await page.getByLabel(/name/i).first().fill(user.name);
      await page.getByLabel(/password/i).first().fill(user.password);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page.getByRole("navigation", { name: "Workspace" })).toBeVisible();
      return page;
    });
  },
});

export { expect };

/** States the purpose that the workspace asks for before it shows footage. */
export async function statePurpose(page: Page, reason: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "What is this viewing for?" });
  await dialog.getByRole("radio", { name: /Patrol review/ }).check();
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByRole("button", { name: /Note it/ }).click();
  await expect(dialog).toBeHidden();
}

/** Leaves the question of purpose unanswered. */
export async function dismissPurpose(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "What is this viewing for?" });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
}

/** Waits until a camera has `seconds` of recording, as the API tells it. */
export async function recorded(page: Page, camera: string, seconds: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const now = Date.now();
        const span = `from=${new Date(now - 3_600_000).toISOString()}&to=${new Date(now).toISOString()}`;
        const answer = await page.request.get(`${new URL(page.url()).origin}/api/v1/cameras/${camera}/timeline?${span}`);
        const { recorded } = (await answer.json()) as { recorded: { from: string; to: string }[] };
        return recorded.reduce((sum, r) => sum + (Date.parse(r.to) - Date.parse(r.from)) / 1000, 0);
      },
      { timeout: 120_000, message: `${seconds} s of ${camera} recorded` },
    )
    .toBeGreaterThan(seconds);
}

/** Opens one camera's page by its link in the grid. */
export async function openCamera(page: Page, camera: string): Promise<void> {
  await page.locator(`[data-camera="${camera}"] a`).click();
  await expect(page.getByRole("slider", { name: /Position in the day/ })).toBeVisible();
}

/** Runs a program and tells how it ended; nothing is thrown. */
export function run(program: string, args: string[], options: { cwd?: string; input?: string | Buffer } = {}): { code: number; text: string } {
  const done = spawnSync(program, args, { ...options, encoding: "utf8" });
  // A program that refuses what it was given may end before it has read its input.
  if (done.error && !("code" in done.error && done.error.code === "EPIPE")) throw done.error;
  return { code: done.status ?? -1, text: `${done.stdout}${done.stderr}` };
}
