// The letters of a request: those that can be drafted now open as PDF, in the print that suits whoever
// reads them; the others say why not. Each draft is logged. Next: letter_field.tsx puts one on record.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { getJson } from "../api";
import type { Letter, RequestShown } from "../contract";
import { useResource } from "../resource";

export type Print = "standard" | "large";

export const lettersOf = (reference: string): string => `/api/v1/cases/${encodeURIComponent(reference)}/letters`;

export function LettersPart({ request }: { request: RequestShown }): JSX.Element | null {
  const url = lettersOf(request.reference);
  const letters = useResource(`${url} ${request.version}`, (signal) => getJson<Letter[]>(url, signal));
  const [print, setPrint] = useState<Print>(wantsLarge(request) ? "large" : "standard");
  if (!letters.value) return null;
  const drafted = letters.value.filter((letter) => letter.pdf);
  const others = letters.value.filter((letter) => letter.why_not);
  return (
    <section class="part letters">
      <div class="part-head">
        <h2>Letters</h2>
        <label class="tick actions">
          <input type="checkbox" checked={print === "large"} onChange={(e) => setPrint(e.currentTarget.checked ? "large" : "standard")} /> Large print
        </label>
      </div>
      {wantsLarge(request) && <p class="under">They asked for large print.</p>}
      {drafted.length === 0 ? (
        <p class="dim">None can be drafted now.</p>
      ) : (
        <ul class="letter-list">
          {drafted.map((letter) => (
            <li key={letter.kind}>
              <span>{letter.title}</span>
              <a class="button" href={`${letter.pdf}?print=${print}`} target="_blank" rel="noopener" aria-label={`Open “${letter.title}” as PDF in a new tab${print === "large" ? ", in large print" : ""}`}>
                Open to print
              </a>
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <details class="actions">
          <summary>{others.length === 1 ? "One that can’t be drafted now" : `${others.length} that can’t be drafted now`}</summary>
          <ul class="letter-list">
            {others.map((letter) => (
              <li key={letter.kind}>
                <span>{letter.title}</span>
                <span class="under">
                  {letter.why_not?.title} {letter.why_not?.detail}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

export function wantsLarge(request: RequestShown): boolean {
  return /large[ -]?print/i.test(request.person?.needs ?? "");
}
