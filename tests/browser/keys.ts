// Work without a mouse: controls are reached by Tab, with the focus to be seen, and used by Enter, Space,
// arrows and letters. Next: desk.ts takes the steps of a request so.
import type { Locator, Page } from "@playwright/test";
import { expect } from "./demo";

/** More stops than any page has. */
const STOPS = 150;

/** Goes to a control by the tabulator alone. */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  await expect(control).toBeVisible();
  for (let stops = 0; stops < STOPS; stops++) {
    const here = await control.evaluate((element) => (element === document.activeElement ? element.matches(":focus-visible") : null));
    if (here !== null) {
      expect(here, `the focus on ${control} is visible`).toBe(true);
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard doesn't reach ${control}`);
}

/** Types over what a field has. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

/** Presses a button or follows a link. */
export async function pressOn(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press("Enter");
}

/** Ticks a box. */
export async function tick(page: Page, box: Locator): Promise<void> {
  await tabTo(page, box);
  await page.keyboard.press("Space");
  await expect(box).toBeChecked();
}

/** Goes down a list until it says `label`; without one, a line down. */
export async function pick(page: Page, list: Locator, label?: string): Promise<void> {
  await tabTo(page, list);
  const shown = () => list.evaluate((element) => (element as HTMLSelectElement).selectedOptions[0]?.label);
  const lines = await list.locator("option").count();
  if (label === undefined) await page.keyboard.press("ArrowDown");
  else await page.keyboard.press("Home");
  for (let line = 0; label !== undefined && line < lines && (await shown()) !== label; line++) await page.keyboard.press("ArrowDown");
  if (label !== undefined) expect(await shown()).toBe(label);
}

/** Goes on with the arrows from the radio button that is chosen to this one: Tab stops once in a group. */
export async function choose(page: Page, radio: Locator): Promise<void> {
  const name = await radio.getAttribute("name");
  await tabTo(page, page.locator(`dialog[open] input[type="radio"][name="${name}"]:checked`));
  for (let presses = 0; presses < 20 && !(await radio.isChecked()); presses++) await page.keyboard.press("ArrowDown");
  await expect(radio).toBeChecked();
}
