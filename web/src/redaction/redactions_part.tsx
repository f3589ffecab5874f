// The redactions of a request: how each stands, what comes next for whoever reads it, and where another one
// is begun. Next: pages/redaction_page.tsx.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { getJson } from "../api";
import type { Redaction, RequestShown, RequestState } from "../contract";
import { useResource } from "../resource";
import { address } from "../route";
import { Failed } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { clockTime, dateTime, fromRfc3339 } from "../site_time";
import { BeginDialog, type Candidate } from "./begin_dialog";
import { ProgressBar } from "./progress_bar";
import { modeWords, nextStep, stands } from "./words";

/** States in which a redaction is of use. */
const before: RequestState[] = ["searching", "clarification_pending", "reviewing", "redacting"];
const POLL_MS = 4000;

export const redactionsUrl = (reference: string): string => `/api/v1/cases/${encodeURIComponent(reference)}/redactions`;

export function RedactionsPart({ request }: { request: RequestShown }): JSX.Element | null {
  const { zone } = useWorkspace();
  const url = redactionsUrl(request.reference);
  const list = useResource(url, (signal) => getJson<Redaction[]>(url, signal), POLL_MS);
  const [candidate, setCandidate] = useState<Candidate | null>(null);
  const redactions = list.value ?? [];
  const may = before.includes(request.state);
  if (!may && redactions.length === 0) return null;
  const clips = request.asked.flatMap((stretch): Candidate[] => (stretch.cameras.length === 0 ? [{ camera: null, from: stretch.from, to: stretch.to }] : stretch.cameras.map((camera) => ({ camera, from: stretch.from, to: stretch.to }))));
  return (
    <section class="part redactions">
      <div class="part-head">
        <h2>Redactions</h2>
        {may && (
          <div class="cluster actions">
            {clips.map((clip) => (
              <button key={`${clip.camera} ${clip.from}`} type="button" class={request.state === "redacting" && redactions.length === 0 ? "primary" : ""} onClick={() => setCandidate(clip)}>
                Redact {clip.camera ?? "a clip"} {clockTime(fromRfc3339(clip.from), zone)}…
              </button>
            ))}
          </div>
        )}
      </div>
      {list.problem && <Failed problem={list.problem} onRetry={list.reload} />}
      {redactions.length === 0 ? (
        <p class="dim">None yet. A redaction hides everybody but the person who asks; another person looks at it before it goes out.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Redactions">
          <table>
            <thead>
              <tr>
                <th scope="col">Clip</th>
                <th scope="col">Stands</th>
                <th scope="col">Next</th>
              </tr>
            </thead>
            <tbody>
              {redactions.map((redaction) => (
                <tr key={redaction.id}>
                  <th scope="row">
                    <a href={address.redaction(request.reference, redaction.id)}>
                      {redaction.camera}, {dateTime(fromRfc3339(redaction.from), zone)}–{clockTime(fromRfc3339(redaction.to), zone)}
                    </a>
                    <p class="under">{modeWords[redaction.mode]}</p>
                  </th>
                  <td>
                    <span class={`state redaction-${redaction.stands}`}>{stands(redaction)}</span>
                    <ProgressBar redaction={redaction} />
                  </td>
                  <td>{nextStep(redaction)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {candidate && <BeginDialog request={request} candidate={candidate} onClose={() => setCandidate(null)} onBegun={(begun) => location.assign(address.redaction(request.reference, begun.id))} />}
    </section>
  );
}
