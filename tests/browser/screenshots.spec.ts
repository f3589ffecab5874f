// Pictures of every screen at 390 and 1280 px, light and dark, for eyes: `npm run screenshots` writes
// them to web/screenshots/. They assert nothing.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, openCamera, recorded, statePurpose, test } from "./demo";

const folder = join(__dirname, "../../web/screenshots");

for (const { width, height } of [{ width: 1280, height: 860 }, { width: 390, height: 844 }]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`${width} ${colorScheme}`, () => {
      test.use({ viewport: { width, height }, colorScheme });

      test("screens", async ({ as, demo, page }) => {
        mkdirSync(folder, { recursive: true });
        const shot = (name: string) => page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        await page.goto(`${demo.staff}/login`);
        await shot("login");
        await as("reviewer");
        await expect(page.getByRole("dialog")).toBeVisible();
        await shot("purpose");
        await statePurpose(page, "Evening patrol");
        await recorded(page, demo.cameras[0]!, 40);
        await expect(page.locator('.picture[data-live="playing"]').first()).toBeVisible({ timeout: 30_000 });
        await shot("grid");
        await openCamera(page, demo.cameras[0]!);
        await page.keyboard.press("j");
        await page.keyboard.press("j");
        await expect(page.locator('.picture[data-playback="playing"]')).toBeVisible();
        await page.keyboard.press("k");
        await page.keyboard.press("[");
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("]");
        for (let n = 0; n < 9; n++) await page.keyboard.press("+");
        await expect(page.locator('.picture[data-playback="paused"]')).toBeVisible();
        const strip = (await page.getByRole("slider").boundingBox())!;
        await page.mouse.move(strip.x + strip.width * 0.3, strip.y + strip.height / 2);
        await expect(page.locator(".preview")).toBeVisible();
        await shot("camera");
        for (const [key, name] of [["e", "export"], ["g", "jump"], ["?", "help"]] as const) {
          await page.keyboard.press(key);
          await expect(page.getByRole("dialog")).toBeVisible();
          await shot(name);
          await page.keyboard.press("Escape");
        }
        for (const name of ["exports", "status", "compliance"]) {
          await page.evaluate((to) => location.assign(`#/${to}`), name);
          await expect(page.locator(`.page-${name}`)).toBeVisible();
          await expect(page.locator(".loading")).toHaveCount(0);
          await shot(name);
        }
        await page.evaluate(() => location.assign("#/requests"));
        await page.getByRole("button", { name: "Take in a request…" }).click();
        const form = page.getByRole("dialog", { name: "Take in a request" });
        await shot("request-form");
        await form.getByLabel("Name", { exact: true }).fill("Alex Hale");
        await form.getByLabel("How to reach them").fill("Flat 4, by letter");
        await form.getByRole("button", { name: "Take it in" }).click();
        await expect(page.getByText("It is shown only now:")).toBeVisible();
        await shot("request-receipt");
        await page.getByRole("link", { name: "Open the request" }).click();
        await expect(page.getByRole("heading", { name: "The clock" })).toBeVisible();
        await shot("request");
        await page.evaluate(() => location.assign("#/requests"));
        await expect(page.locator(".page-requests table")).toBeVisible();
        await shot("requests");
      });

      test("auditor", async ({ as, page }) => {
        mkdirSync(folder, { recursive: true });
        await as("auditor");
        await expect(page.getByRole("heading", { name: "Audit log" })).toBeVisible();
        await page.screenshot({ path: join(folder, `audit-${width}-${colorScheme}.png`) });
      });
    });
  }
}
