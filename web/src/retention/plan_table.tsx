// What goes next, when, and why; and what would, but is held. Next: plan.ts gathers the lines.

import type { JSX } from "preact";
import { boxNow, getJson } from "../api";
import type { PlanLine } from "../contract";
import { useResource } from "../resource";
import { address } from "../route";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { clockMinutes, dateTime, dayName, dayOf, type Interval } from "../site_time";
import { gathered } from "./plan";

const LINES = 3000;

export function Plan(): JSX.Element {
  const { zone } = useWorkspace();
  const plan = useResource("plan", (signal) => getJson<PlanLine[]>(`/api/v1/expiry/plan?limit=${LINES}`, signal), 30_000);
  const groups = plan.value && gathered(plan.value, zone);
  return (
    <section class="part" aria-labelledby="plan">
      <h2 id="plan">What goes next</h2>
      {!groups && (plan.problem ? <Failed problem={plan.problem} onRetry={plan.reload} /> : <Loading what="the plan" />)}
      {groups?.length === 0 && <p class="notice">Nothing is recorded yet that could go.</p>}
      {groups && groups.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="What goes next">
          <table>
            <thead>
              <tr>
                <th scope="col">Due</th>
                <th scope="col">Camera</th>
                <th scope="col">Recorded</th>
                <th scope="col" class="right">
                  Segments
                </th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {groups.map((group) => (
                <tr key={group.key}>
                  <th scope="row" class="num">
                    {dayName(group.due.from, zone)}
                    <p class="under">
                      {clockMinutes(group.due.from, zone)}–{clockMinutes(group.due.to, zone)}
                    </p>
                  </th>
                  <td>{group.camera}</td>
                  <td class="num">{stretch(group.recorded, zone)}</td>
                  <td class="num right">{group.segments}</td>
                  <td>
                    {group.holds.length === 0 ? (
                      <>
                        {group.reason}
                        {group.due.from < boxNow() && <span class="dim">, due now</span>}
                      </>
                    ) : (
                      <>
                        <strong>stays</strong>: held by{" "}
                        {group.holds.map((hold, n) => (
                          <>
                            {n > 0 && ", "}
                            <a key={hold} href={address.hold(hold)}>
                              {hold.slice(0, 8)}
                            </a>
                          </>
                        ))}
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {plan.value?.length === LINES && <p class="hint">The next {LINES} segments; “holdfast expire plan” has them all.</p>}
    </section>
  );
}

function stretch(of: Interval, zone: string): string {
  const sameDay = dayOf(of.from, zone) === dayOf(of.to, zone);
  return `${dateTime(of.from, zone)} – ${sameDay ? clockMinutes(of.to, zone) : dateTime(of.to, zone)}`;
}
