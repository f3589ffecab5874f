// Loading, empty and failed: the three states every screen has besides its content. A failure shows
// the server's own sentence and next step. Next: used by every page.

import type { ComponentChildren, JSX } from "preact";
import type { Problem } from "../contract";

export function Loading({ what }: { what: string }): JSX.Element {
  return (
    <p class="notice loading" role="status">
      <span class="pulse" aria-hidden="true" /> Loading {what}…
    </p>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="notice empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Failed({ problem, onRetry }: { problem: Problem; onRetry?: () => void }): JSX.Element {
  return (
    <div class={`notice failed${problem.status === 403 ? " barred" : ""}`} role="alert">
      <h2>{problem.title}</h2>
      {problem.detail && <p>{problem.detail}</p>}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
