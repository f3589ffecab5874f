// What a colleague does at a request, by keyboard alone: steps by their buttons, and the password where one is asked for;
// and what axe says of the page. Next: the specs of requests and of the portal.
import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { type Demo, expect } from "./demo";
import { pressOn, typeInto } from "./keys";

/** Takes a step by its button; `fill` fills in what the step must say besides its reason. */
export async function take(page: Page, verb: string, reason: string, fill?: (dialog: Locator) => Promise<unknown>): Promise<void> {
  await pressOn(page, page.getByRole("button", { name: `${verb}…` }));
  const dialog = page.getByRole("dialog", { name: verb });
  if (fill) await fill(dialog);
  await typeInto(page, dialog.locator('input[name="reason"]'), reason);
  await pressOn(page, dialog.getByRole("button", { name: verb, exact: true }));
  await expect(dialog).toBeHidden();
}

export const password = (demo: Demo, role: string): string => demo.users.find((each) => each.role === role)!.password;

/** Fills in the password of the demo's user of a role. */
export const withPassword = (demo: Demo, role: string) => (dialog: Locator) => typeInto(dialog.page(), dialog.locator('input[name="password"]'), password(demo, role));

/** What axe finds that keeps somebody out. */
export async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map((each) => `${each.id} at ${each.nodes[0]?.target.join(" ")}`);
}
