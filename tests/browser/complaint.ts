// A complaint at the portal, from its first page to reference and code: the shortest way to a request.
import type { Page } from "@playwright/test";
import { type Demo, expect } from "./demo";

/** The shortest errand from its second question to its end. */
export async function complain(page: Page, demo: Demo): Promise<{ reference: string; code: string }> {
  await page.goto(`${demo.portal}/apply/complaint`);
  await page.getByRole("button", { name: "Start now" }).click();
  await page.getByLabel("What is your full name?").fill("Alex Hale");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Email address").fill("alex@example.org");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("What happened").fill("A camera looks into my window.");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("We have received it");
  const text = async (selector: string) => (await page.locator(selector).textContent())!.trim();
  return { reference: await text(".govuk-panel strong"), code: await text(".portal-code") };
}
