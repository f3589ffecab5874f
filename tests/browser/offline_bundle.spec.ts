// The bundle's own page, as an officer opens it: from a folder, with no network at all, in a browser that
// has never heard of Holdfast. All cameras play side by side by one clock.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, run, test } from "./demo";

interface Manifest {
  clips: { file: string; camera: string; camera_name: string; codec: string; start: string; end: string; frames: number; exhibit: string }[];
}

test("four cameras of a bundle play in step from file://, with the network off", async ({ browser, demo }, info) => {
  const bundle = join(info.outputDir, "bundle");
  const config = join(demo.dir, "holdfast.toml");
  const cameras = () => JSON.parse(run(demo.binary, ["--config", config, "status", "--json"]).text).cameras as { state: string; last_frame: string }[];
  await expect.poll(() => cameras().every((camera) => camera.state === "recording"), { timeout: 60_000 }).toBe(true);
  const [from, to] = [Date.now(), Date.now() + 10_000];
  await expect.poll(() => cameras().every((camera) => Date.parse(camera.last_frame) > to + 3000), { timeout: 60_000 }).toBe(true);
  const range = ["--from", new Date(from).toISOString(), "--to", new Date(to).toISOString()];
  const named = demo.cameras.flatMap((id) => ["--camera", id]);
  const done = run(demo.binary, ["--config", config, "export", "--case", "CRIME 44/2231", "--exhibit", "JS/1", ...named, ...range, "--out", bundle]);
  expect(done.code, done.text).toBe(0);
  const { clips } = JSON.parse(readFileSync(join(bundle, "manifest.json"), "utf8")) as Manifest;
  expect(clips.map((clip) => clip.exhibit)).toEqual(clips.map((_, place) => `JS/${place + 1}`));
  expect(new Set(clips.map((clip) => clip.camera)).size).toBe(4);

  const stranger = await browser.newContext({ offline: true, viewport: { width: 1280, height: 860 } });
  const page = await stranger.newPage();
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("request", (request) => request.url().startsWith("file://") || wrong.push(`asks for ${request.url()}`));
  await page.goto(`file://${join(bundle, "index.html")}`);
  await expect(page.getByRole("heading", { name: "CCTV footage of case CRIME 44/2231" })).toBeVisible();
  await expect(page.locator("figure")).toHaveCount(4);

  // The places of the pictures on the clock of the day, for the tiles that this browser can show.
  const starts = Object.fromEntries(clips.map((clip) => [clip.file, Date.parse(clip.start)]));
  const shown = () =>
    page.evaluate(
      (starts) =>
        [...document.querySelectorAll("figure")].flatMap((tile) => {
          const video = tile.querySelector("video")!;
          const start = starts[tile.querySelector("a.file")!.getAttribute("href") ?? ""];
          return video.hidden || start === undefined ? [] : [start + video.currentTime * 1000];
        }),
      starts,
    );
  const h264 = new Set(clips.filter((clip) => clip.codec === "h264").map((clip) => clip.camera)).size;
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(async () => (await shown()).length).toBeGreaterThanOrEqual(h264);
  const before = await shown();
  await expect.poll(async () => Math.min(...(await shown())) - Math.min(...before), { timeout: 20_000 }).toBeGreaterThan(2000);
  const times = await shown();
  expect(Math.max(...times) - Math.min(...times), "in step").toBeLessThan(300);
  await page.screenshot({ path: join(info.outputDir, "offline-page.png") });

  // One picture on, in every camera, at rest.
  await page.getByRole("button", { name: "Pause" }).click();
  const first = clips.find((clip) => clip.codec === "h264")!;
  const picture = (Date.parse(first.end) - Date.parse(first.start)) / first.frames;
  await page.getByRole("button", { name: "One picture on" }).click();
  await expect.poll(async () => (await shown()).every((time, _, all) => Math.abs(time - all[0]!) < 200)).toBe(true);
  const rest = await shown();
  await page.keyboard.press(".");
  await expect.poll(async () => Math.abs((await shown())[0]! - rest[0]! - picture)).toBeLessThan(2);

  // What this browser can't show, it says, and where to look instead.
  for (const tile of await page.locator("figure").all()) {
    const hidden = await tile.locator("video").evaluate((video: HTMLVideoElement) => video.hidden);
    if (hidden) await expect(tile.locator(".picture p")).toContainText("in a player such as VLC");
  }
  expect(wrong.filter((text) => !/media|decode|MEDIA|DEMUX/.test(text))).toEqual([]);
  await stranger.close();
});
