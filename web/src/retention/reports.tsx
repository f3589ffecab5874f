// The retention report for the data protection officer, by month: last month's, and this one's to date.
// The box makes the page. Next: pages/retention_page.tsx and pages/audit_page.tsx show the links.

import type { JSX } from "preact";
import { useWorkspace } from "../shell/workspace";
import { lastMonths } from "../site_time";

export function Reports(): JSX.Element {
  const { zone } = useWorkspace();
  const [now, last] = lastMonths(Date.now() / 1000, zone);
  return (
    <section class="part" aria-labelledby="reports">
      <h2 id="reports">Report of a month</h2>
      <p class="dim">What was recorded, what went, what is kept and held, and whether the log proves it: one page to file.</p>
      <p>
        <a href={`/api/v1/audit/report?month=${last.month}`} target="_blank" rel="noopener">
          {last.name} (PDF)
        </a>{" "}
        <a href={`/api/v1/audit/report?month=${now.month}`} target="_blank" rel="noopener">
          {now.name} to date (PDF)
        </a>
      </p>
    </section>
  );
}
