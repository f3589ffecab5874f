// How the browser tests run: Debian's own Chromium (never one that Playwright downloads), one worker,
// one real `holdfast demo` for all. HOLDFAST_BIN names the binary, CHROMIUM another browser.
// Project `acceptance` is the tests, `screenshots` only takes pictures. Next: demo.ts.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "results",
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 1, // named "flaky" in the list: a machine that was away for a second is no fault of ours
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 860 },
    locale: "en-GB",
    timezoneId: "America/New_York", // not the site's: what is shown must follow the site's clock
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
  projects: [
    { name: "acceptance", testIgnore: "screenshots.spec.ts" },
    { name: "screenshots", testMatch: "screenshots.spec.ts" },
  ],
});
