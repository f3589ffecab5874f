// The compliance page: each promise of the privacy notice beside what keeps it and whether it stands
// now, on one page that prints. Next: compliance.ts decides how each stands.

import type { JSX } from "preact";
import { boxNow, getJson } from "../api";
import { promises } from "../compliance";
import type { Status } from "../contract";
import { useResource, useTitle } from "../resource";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { address } from "../route";
import { dateTime, zoneName } from "../site_time";
import { Emergencies } from "./emergencies";

export function CompliancePage(): JSX.Element {
  const { session, zone, recheckSession } = useWorkspace();
  useTitle("Compliance");
  const resource = useResource("compliance", (signal) => getJson<Status>("/api/v1/status", signal), 10_000);
  if (!resource.value) return resource.problem ? <Failed problem={resource.problem} onRetry={resource.reload} /> : <Loading what="what the box says of itself" />;
  const { keys } = resource.value;
  const list = promises(resource.value);
  const broken = list.filter((each) => each.wrong.length > 0).length;
  return (
    <>
      <div class="page-head">
        <h1>Compliance</h1>
        <p class="dim">
          {session.site.name}, {dateTime(boxNow(), zone)} {zoneName(boxNow(), zone)}
        </p>
        <div class="crumb">
          <button type="button" onClick={() => window.print()}>
            Print
          </button>
        </div>
      </div>
      {resource.problem && <Failed problem={resource.problem} onRetry={resource.reload} />}
      <p class={`notice ${broken > 0 ? "failed" : ""}`} role="status">
        <strong>{broken === 0 ? "Every promise of the privacy notice stands." : `${broken} of ${list.length} promises ${broken === 1 ? "needs" : "need"} attention.`}</strong>
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Promises">
        <table class="stacked" role="table">
          <thead>
            <tr>
              <th scope="col">Promise</th>
              <th scope="col">Stands</th>
              <th scope="col">What keeps it</th>
            </tr>
          </thead>
          <tbody>
            {list.map((each) => (
              <tr key={each.promise} role="row">
                <th scope="row" role="rowheader">
                  <a href={each.href}>{each.promise}</a>
                </th>
                <td role="cell">
                  {each.wrong.length === 0 ? <span class="good">Yes</span> : <span class="bad">Needs attention</span>}
                  {each.wrong.map((text) => (
                    <p key={text} class="why-not">
                      {text}
                    </p>
                  ))}
                </td>
                <td role="cell">{each.fact}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {session.user.role === "data_protection_officer" && <Emergencies onLooked={recheckSession} />}
      <p>
        <a href={address.camera_register}>Register of cameras</a>: what each is for, what it sees, which papers stand behind it.
      </p>
      <section class="part">
        <h2>What may be claimed of destroyed keys</h2>
        <p>
          Tier <strong>{keys.claim.tier}</strong>, custody <strong>{keys.custody}</strong>. {keys.claim.sentence}
        </p>
        <p class="dim">
          Anybody can check it from the log: <code>holdfast audit verify --expiry</code>.
        </p>
      </section>
    </>
  );
}
