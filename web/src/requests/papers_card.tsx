// Papers that a requester sent to show who they are. Each is opened on purpose, since each look is
// logged; the box destroys them once identity is settled. Next: pages/request_page.tsx.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { getJson } from "../api";
import type { IdentityPaper, RequestShown } from "../contract";
import { useResource } from "../resource";
import { useWorkspace } from "../shell/workspace";
import { dateTime, fromRfc3339 } from "../site_time";

export function PapersCard({ request }: { request: RequestShown }): JSX.Element | null {
  const { zone } = useWorkspace();
  const url = `/api/v1/cases/${encodeURIComponent(request.reference)}/papers`;
  const papers = useResource(url, (signal) => getJson<IdentityPaper[]>(url, signal));
  const [shown, setShown] = useState<string | null>(null);
  if (!papers.value || papers.value.length === 0) return null;
  return (
    <section class="card stack actions papers">
      <h2>Papers that show who asks</h2>
      <p class="dim">Each look is logged. They are destroyed once identity is settled.</p>
      <ul>
        {papers.value.map((paper, nth) => (
          <li key={paper.id}>
            <strong>Paper {nth + 1}</strong> <span class="under">{paper.content.toUpperCase()}, {Math.ceil(paper.bytes / 1000)} kB, came {dateTime(fromRfc3339(paper.came), zone)}</span>
            {paper.content === "pdf" ? (
              <a href={paper.paper} download>
                Open it
              </a>
            ) : (
              shown !== paper.id && (
                <button type="button" onClick={() => setShown(paper.id)}>
                  Look at it
                </button>
              )
            )}
            {shown === paper.id && <img src={paper.paper} alt={`Paper ${nth + 1}, as it was sent`} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
