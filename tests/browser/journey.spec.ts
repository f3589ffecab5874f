// The acceptance journey: sign in, say why, watch live, play back, seek, step, export, and let a
// stranger verify the bundle. Against a real demo with real cameras; nothing is mocked.
import { join } from "node:path";
import { contents, flippedZip, unpack, verdicts, verdictsWithFlip } from "./bundle";
import { dismissPurpose, expect, openCamera, recorded, run, statePurpose, test } from "./demo";
import { frameOnScreen, framesOf, watchFrames } from "./frames";

const BEHIND_S = 1.5;

test("no footage is asked for before the purpose is stated", async ({ as }) => {
  const asked: string[] = [];
  const page = await as("reviewer");
  page.on("request", (request) => /\/(live|media|frame|hls)\b/.test(new URL(request.url()).pathname) && asked.push(request.url()));
  page.on("websocket", (socket) => asked.push(socket.url()));
  await dismissPurpose(page);
  await expect(page.getByText("No purpose stated yet")).toBeVisible();
  expect(asked).toEqual([]);
  await page.getByRole("button", { name: "State the purpose" }).click();
  await statePurpose(page, "Evening patrol");
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await expect(page.getByRole("banner")).toContainText("Evening patrol");
});

test("four cameras are live, moving, and at most 1.5 s behind", async ({ as }) => {
  const page = await as("reviewer");
  await statePurpose(page, "Evening patrol");
  await watchFrames(page);
  await expect(page.locator('.picture[data-live="playing"]')).toHaveCount(4, { timeout: 60_000 });
  // Five seconds of frames in which every tile shows only frames that are recent enough.
  await expect
    .poll(
      async () =>
        (await framesOf(page, 5)).map((frames) => ({
          moving: frames.length > 20 && frames.at(-1)!.time - frames[0]!.time > 3.5,
          near: Math.max(...frames.map((frame) => frame.at - frame.time)) <= BEHIND_S,
        })),
      { timeout: 60_000 },
    )
    .toEqual(Array.from({ length: 4 }, () => ({ moving: true, near: true })));
  const behind = (await framesOf(page, 5)).map((frames) => Math.max(...frames.map((f) => f.at - f.time)).toFixed(2));
  console.log(`behind the camera, worst of 5 s, per tile: ${behind.join(", ")} s`);
});

test("plays back, seeks on the timeline, and steps frame by frame exactly", async ({ as, demo }) => {
  const page = await as("reviewer");
  await statePurpose(page, "Evening patrol");
  const camera = demo.cameras[0]!;
  await recorded(page, camera, 30);
  await openCamera(page, camera);
  await watchFrames(page);

  await page.keyboard.press("j"); // ten seconds back: from live to recorded
  await expect(page.locator('.picture[data-playback="playing"]')).toBeVisible();
  const began = await frameOnScreen(page);
  await expect.poll(async () => (await frameOnScreen(page)) - began).toBeGreaterThan(1);

  for (let n = 0; n < 12; n++) await page.getByRole("button", { name: "Show finer" }).click();
  const strip = (await page.getByRole("slider").boundingBox())!;
  const position = async () => Number(await page.getByRole("slider").getAttribute("aria-valuenow"));
  const before = await position();
  const frameBefore = await frameOnScreen(page);
  await page.mouse.click(strip.x + strip.width * 0.02, strip.y + strip.height / 2);
  await expect.poll(async () => before - (await position())).toBeGreaterThan(2);

  await page.keyboard.press("k");
  await expect(page.locator('.picture[data-playback="paused"]')).toBeVisible();
  // The frame that was on screen before the click stays there until the new place has come.
  await expect.poll(async () => frameBefore - (await frameOnScreen(page))).toBeGreaterThan(2);
  const seen = [await frameOnScreen(page)];
  for (let n = 0; n < 6; n++) {
    const last = seen.at(-1)!;
    await page.keyboard.press(".");
    await expect.poll(() => frameOnScreen(page)).toBeGreaterThan(last);
    seen.push(await frameOnScreen(page));
  }
  const cameras = (await (await page.request.get(`${demo.staff}/api/v1/cameras`)).json()) as { id: string; fps: number }[];
  const interval = 1 / cameras.find(({ id }) => id === camera)!.fps;
  for (const [n, time] of seen.slice(1).entries()) expect(time - seen[n]!, "no frame is passed over").toBeLessThan(interval * 1.7);
  for (let n = seen.length - 2; n >= 0; n--) {
    await page.keyboard.press(",");
    await expect.poll(async () => Math.abs((await frameOnScreen(page)) - seen[n]!)).toBeLessThan(0.001);
  }

  for (const [key, rate] of [["2", 2], ["8", 8], ["1", 1]] as const) {
    await page.keyboard.press(key);
    await expect.poll(() => page.locator("video").evaluate((video: HTMLVideoElement) => video.playbackRate)).toBe(rate);
  }
});

test("an exported bundle verifies with stock tools, and one flipped byte fails", async ({ as, demo }, info) => {
  const page = await as("reviewer");
  await statePurpose(page, "Bicycle theft, CRIME 44/2231");
  const camera = demo.cameras[0]!;
  await recorded(page, camera, 30);
  await openCamera(page, camera);

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(page.locator('.picture[data-playback="playing"]')).toBeVisible();
  await page.keyboard.press("k");
  await page.keyboard.press("[");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("]");
  await page.getByRole("button", { name: "Export…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Case reference").fill("CRIME 44/2231");
  await dialog.getByLabel("Reason").fill("Handed to the police");
  await dialog.getByRole("button", { name: "Prepare export" }).click();
  const started = page.waitForEvent("download");
  await dialog.getByRole("link", { name: "Download bundle" }).click({ timeout: 60_000 });
  const zip = join(info.outputDir, "bundle.zip");
  await (await started).saveAs(zip);

  const bundle = unpack(zip);
  const names = contents(bundle);
  for (const name of ["manifest.json", "SHA256SUMS", "SHA256SUMS.sig", "SHA256SUMS.p256", "signer.pem", "allowed_signers", "audit-proof.txt", "README.txt"]) {
    expect(names).toContain(name);
  }
  const masters = names.filter((name) => /^master\/.*\.mp4$/.test(name));
  expect(masters.length).toBeGreaterThan(0);
  expect(verdicts(bundle, demo.binary)).toEqual({ sha256sum: true, openssl: true, sshKeygen: true, holdfast: true });
  const said = run(demo.binary, ["verify", "--json", zip]);
  expect(said.code, said.text).toBe(0);

  // A flipped byte in what is listed fails the sums; in the sums, both signatures; anywhere, holdfast.
  for (const name of names) {
    const flipped = verdictsWithFlip(bundle, name, demo.binary);
    expect(flipped.holdfast, `holdfast verify with a flipped byte in ${name}`).toBe(false);
    if (name === "SHA256SUMS") expect(flipped).toEqual({ sha256sum: false, openssl: false, sshKeygen: false, holdfast: false });
    if (name === "SHA256SUMS.p256") expect(flipped.openssl).toBe(false);
    if (name === "SHA256SUMS.sig") expect(flipped.sshKeygen).toBe(false);
    if (masters.includes(name) || name === "manifest.json") expect(flipped.sha256sum, name).toBe(false);
  }
  expect(run(demo.binary, ["verify", flippedZip(zip)]).code).not.toBe(0);

  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Exports" }).click();
  await expect(page.getByRole("row", { name: /CRIME 44\/2231|gate/ }).first()).toBeVisible();
});

test("says when the box can't be reached, and comes back by itself", async ({ as, context }) => {
  const page = await as("reviewer");
  await statePurpose(page, "Evening patrol");
  const live = page.locator('.picture[data-live="playing"]');
  await expect(live).toHaveCount(4, { timeout: 60_000 });
  await context.setOffline(true);
  await expect(page.getByText("The box can't be reached.")).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText("The box can't be reached.")).toBeHidden({ timeout: 30_000 });
  await expect(live).toHaveCount(4, { timeout: 60_000 });
});

test("a tile out of sight keeps no connection", async ({ as }) => {
  const open = new Set<string>();
  const page = await as("reviewer");
  page.on("websocket", (socket) => {
    const camera = new URL(socket.url()).pathname.split("/")[4]!;
    open.add(camera);
    socket.on("close", () => open.delete(camera));
  });
  await page.setViewportSize({ width: 390, height: 500 });
  await statePurpose(page, "Evening patrol");
  await expect(page.locator(".tile")).toHaveCount(4);
  const [first, last] = await page.locator(".tile").evaluateAll((tiles) => [tiles[0]!, tiles[3]!].map((tile) => (tile as HTMLElement).dataset["camera"]!));
  await expect.poll(() => open.has(first!) && !open.has(last!)).toBe(true);
  await page.locator(".tile").last().scrollIntoViewIfNeeded();
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await expect.poll(() => !open.has(first!) && open.has(last!)).toBe(true);
});

test("administrators are told why they see no footage", async ({ as }) => {
  const sockets: string[] = [];
  const page = await as("administrator");
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.goto(new URL("/#/", page.url()).href);
  await expect(page.getByRole("heading", { name: "Status" })).toBeVisible();
  await expect(page.getByText("Clear (NIST SP 800-88)"), "what may be said of expired footage").toBeVisible();
  await expect(page.getByRole("link", { name: "Cameras" })).toHaveCount(0);
  await page.evaluate(() => location.assign("#/cameras/any"));
  await expect(page.getByText("see no footage")).toBeVisible();
  expect(sockets).toEqual([]);
});

test("a reader who signs out is shown the sign-in page and nothing else answers", async ({ as, demo }) => {
  const page = await as("reviewer");
  await dismissPurpose(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login/);
  expect((await page.request.get(`${demo.staff}/api/v1/cameras`)).status()).toBe(401);
});
