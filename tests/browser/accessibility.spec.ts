// axe finds nothing serious on any screen, wide or narrow, light or dark; and at 390 px nothing needs
// sideways scrolling.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, openCamera, statePurpose, test } from "./demo";

async function looksRight(page: Page, screen: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map((v) => `${screen}: ${v.id} at ${v.nodes[0]?.target.join(" ")}`)).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, `${screen}: sideways scrolling`).toBeLessThanOrEqual(0);
}

for (const { name, width, height, colorScheme } of [
  { name: "wide and light", width: 1280, height: 860, colorScheme: "light" },
  { name: "narrow and dark", width: 390, height: 844, colorScheme: "dark" },
] as const) {
  test.describe(name, () => {
    test.use({ viewport: { width, height }, colorScheme });

    test("every screen of a reviewer", async ({ as, demo, page }) => {
      await page.goto(`${demo.staff}/login`);
      await looksRight(page, "sign in");
      await as("reviewer");
      await expect(page.getByRole("dialog")).toBeVisible();
      await looksRight(page, "purpose");
      await statePurpose(page, "Accessibility check");
      await expect(page.locator(".tile")).toHaveCount(4);
      await looksRight(page, "grid");
      await openCamera(page, demo.cameras[0]!);
      await looksRight(page, "camera");
      for (const [key, title] of [["g", "Go to a date and time"], ["?", "Keyboard"], ["e", "Export this range"]] as const) {
        await page.keyboard.press(key);
        await expect(page.getByRole("dialog", { name: title })).toBeVisible();
        await looksRight(page, title);
        await page.keyboard.press("Escape");
      }
      for (const screen of ["exports", "status", "compliance", "requests", "holds", "retention", "register", "policy", "camera-register"]) {
        await page.evaluate((to) => location.assign(`#/${to}`), screen);
        await expect(page.locator(`.page-${screen.replace("-", "_")}`)).toBeVisible();
        await expect(page.locator(".loading")).toHaveCount(0);
        await looksRight(page, screen);
      }
    });

    test("the auditor's log", async ({ as }) => {
      const page = await as("auditor");
      await expect(page.getByRole("heading", { name: "Audit log" })).toBeVisible();
      await looksRight(page, "audit");
    });
  });
}
