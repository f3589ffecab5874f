// The same work without a mouse: every step by Tab, Enter and the player's keys, the focus always
// visible, and the awkward hours of the year asked about.
import { expect, recorded, statePurpose, test } from "./demo";
import { pressOn, tabTo, typeInto } from "./keys";

test("signs in, states a purpose, plays, marks and exports by keyboard alone", async ({ page, demo }) => {
  const user = demo.users.find((each) => each.role === "reviewer")!;
  await page.goto(`${demo.staff}/login`);
  await typeInto(page, page.getByLabel("Name"), user.name);
  await typeInto(page, page.getByLabel("Password"), user.password);
  await page.keyboard.press("Enter");

  await expect(page.getByRole("dialog")).toBeVisible();
  await typeInto(page, page.getByRole("dialog").getByLabel(/^Reason/), "Camera check by keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();

  await recorded(page, demo.cameras[0]!, 25);
  const first = await page.locator(".tile a").first().textContent();
  await pressOn(page, page.getByRole("link", { name: first!, exact: true }).first());
  await expect(page.getByRole("heading", { name: first! })).toBeVisible();

  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.keyboard.press("j");
  await expect(page.locator('.picture[data-playback="playing"]')).toBeVisible();
  await page.keyboard.press("Space");
  await expect(page.locator('.picture[data-playback="paused"]')).toBeVisible();

  const slider = page.getByRole("slider");
  await tabTo(page, page.getByRole("slider", { name: /Position in the day/ }));
  const before = await slider.getAttribute("aria-valuetext");
  expect(before).toMatch(/\d\d:\d\d:\d\d/);
  for (let n = 0; n < 12; n++) await page.keyboard.press("+");
  await page.keyboard.press("ArrowLeft");
  await expect(slider).not.toHaveAttribute("aria-valuetext", before!);

  await page.keyboard.press("[");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("]");
  await expect(page.getByText(/^Export \d\d:\d\d:\d\d–\d\d:\d\d:\d\d/)).toBeVisible();
  await page.keyboard.press("e");
  await typeInto(page, page.getByLabel(/Case reference/), "KEYBOARD-1");
  await typeInto(page, page.getByRole("dialog").getByLabel(/^Reason/), "Shown to work without a mouse");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Download bundle" })).toBeVisible({ timeout: 60_000 });
});

test("asks which 01:30 in October is meant, and refuses 01:30 in March", async ({ as, demo }) => {
  const page = await as("reviewer");
  await statePurpose(page, "Clock change");
  await page.locator(`[data-camera="${demo.cameras[0]}"] a`).click();
  await page.getByRole("button", { name: "Go to…" }).click();
  const dialog = page.getByRole("dialog", { name: "Go to a date and time" });
  const go = async (date: string, time: string) => {
    await dialog.locator("input[name=date]").fill(date);
    await dialog.locator("input[name=time]").fill(time);
    await dialog.getByRole("button", { name: "Go there" }).click();
  };
  await go("2026-10-25", "01:30");
  await expect(dialog.getByRole("alert")).toContainText("choose which of the two");
  await expect(dialog.getByRole("radio", { name: /BST/ })).toBeVisible();
  await expect(dialog.getByRole("radio", { name: /GMT/ })).toBeVisible();
  await go("2026-03-29", "01:30");
  await expect(dialog.getByRole("alert")).toContainText("did not happen");
});
