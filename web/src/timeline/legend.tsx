// What the timeline's colours and patterns mean; lists only the causes that the day has.
// Next: pages/recordings.tsx puts it under the timeline.

import type { JSX } from "preact";
import type { Coverage } from "../playback/coverage";
import { causeWords } from "../words";

function Swatch({ of }: { of: string }): JSX.Element {
  return (
    <svg width="20" height="12" aria-hidden="true" focusable="false">
      <rect class={of} width="20" height="12" />
    </svg>
  );
}

export function Legend({ coverage }: { coverage: Coverage }): JSX.Element {
  const causes = [...new Set(coverage.gaps.map((gap) => gap.cause))];
  return (
    <ul class="legend" aria-label="What the timeline shows">
      <li>
        <Swatch of="recorded" /> recorded
      </li>
      {coverage.held.length > 0 && (
        <li>
          <svg width="20" height="12" aria-hidden="true" focusable="false">
            <rect class="recorded" width="20" height="12" />
            <rect class="held" width="20" height="5" />
          </svg>
          held
        </li>
      )}
      {coverage.restricted.length > 0 && (
        <li>
          <Swatch of="restricted" /> restricted
        </li>
      )}
      {causes.map((cause) => (
        <li key={cause}>
          <Swatch of={`gap gap-${cause}`} /> {causeWords[cause] ?? cause}
        </li>
      ))}
      <li>
        <Swatch of="activity" /> activity
      </li>
    </ul>
  );
}
