// Holds and restrictions: what must stay, how each stands, and which reviews are overdue.
// Next: hold_page.tsx shows one, holds/hold_dialog.tsx places one.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { boxNow, getJson } from "../api";
import type { Hold } from "../contract";
import { HoldDialog } from "../holds/hold_dialog";
import { useResource, useTitle } from "../resource";
import { address } from "../route";
import { Empty, Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { dateTime, dayName, fromRfc3339 } from "../site_time";
import { footageBarred, holdWords, stageWords } from "../words";

export function HoldsPage(): JSX.Element {
  const { session, zone } = useWorkspace();
  useTitle("Holds");
  const holds = useResource("holds", (signal) => getJson<Hold[]>("/api/v1/holds", signal), 10_000);
  const [placing, setPlacing] = useState(false);
  if (!holds.value) return holds.problem ? <Failed problem={holds.problem} onRetry={holds.reload} /> : <Loading what="holds" />;
  const mayPlace = footageBarred(session.user.role) === null;
  const overdue = holds.value.filter((hold) => hold.review_overdue).length;
  const now = boxNow();
  const dialog = placing && <HoldDialog cameras={[]} range={{ from: now - 3600, to: now }} onPlaced={holds.reload} onClose={() => setPlacing(false)} />;
  if (holds.value.length === 0) {
    return (
      <Empty title="Nothing is held">
        <p>
          A hold keeps footage whatever its retention period says. {mayPlace ? "Mark a range on a camera’s timeline with [ and ], and choose Hold; or begin here." : "Whoever sees footage can place one."}
        </p>
        {mayPlace && (
          <button type="button" class="primary" onClick={() => setPlacing(true)}>
            Hold footage…
          </button>
        )}
        {dialog}
      </Empty>
    );
  }
  return (
    <>
      <div class="page-head">
        <h1>Holds</h1>
        <p class="dim">Times on the site’s clock, {zone}</p>
        <div class="crumb">
          <button type="button" onClick={() => window.print()}>
            Print
          </button>
          {mayPlace && (
            <button type="button" class="primary" onClick={() => setPlacing(true)}>
              Hold footage…
            </button>
          )}
        </div>
      </div>
      {overdue > 0 && (
        <p class="notice failed" role="alert">
          <strong>
            {overdue === 1 ? "One review is overdue." : `${overdue} reviews are overdue.`}
          </strong>{" "}
          What is held stays until two people release it; decide whether it still must.
        </p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Holds">
        <table>
          <thead>
            <tr>
              <th scope="col">Case</th>
              <th scope="col">State</th>
              <th scope="col">Cameras</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Review by</th>
              <th scope="col">Last check</th>
            </tr>
          </thead>
          <tbody>
            {holds.value.map((hold) => (
              <tr key={hold.id} class={hold.stage === "released" ? "past" : ""}>
                <th scope="row">
                  <a href={address.hold(hold.id)}>{hold.case}</a>
                  {hold.kind === "restriction" && <span class="tag">{holdWords[hold.kind]}</span>}
                  <p class="under">{hold.reason}</p>
                </th>
                <td>
                  <Stage hold={hold} zone={zone} />
                </td>
                <td>{hold.cameras.join(", ")}</td>
                <td class="num">{dateTime(fromRfc3339(hold.from), zone)}</td>
                <td class="num">{hold.to ? dateTime(fromRfc3339(hold.to), zone) : "no end"}</td>
                <td class="num">
                  {hold.stage === "released" ? "–" : dayName(fromRfc3339(hold.review_by), zone)}
                  {hold.review_overdue && <p class="why-not">Overdue</p>}
                </td>
                <td class="num">
                  <Check hold={hold} zone={zone} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {dialog}
    </>
  );
}

export function Stage({ hold, zone }: { hold: Hold; zone: string }): JSX.Element {
  const at = hold.stage_at ? dateTime(fromRfc3339(hold.stage_at), zone) : "";
  return (
    <>
      <span class={`state stage-${hold.stage}`}>{stageWords[hold.stage]}</span>
      {hold.stage === "awaiting_second" && hold.first && <p class="under">asked by {hold.first.name}</p>}
      {hold.stage === "releasing" && <p class="under">lets go {at}</p>}
      {hold.stage === "released" && <p class="under">{at}</p>}
    </>
  );
}

export function Check({ hold, zone }: { hold: Hold; zone: string }): JSX.Element {
  const check = hold.last_check;
  if (!check) return <span class="dim">none yet</span>;
  return (
    <>
      <span class={check.ok ? "good" : "bad"}>{check.ok ? "All readable" : "Not all readable"}</span>
      <p class="under">{dateTime(fromRfc3339(check.at), zone)}</p>
    </>
  );
}
