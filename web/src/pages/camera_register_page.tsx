// The register of cameras, one page that prints: what each is for, what it sees, which papers stand behind
// it; what nobody has written down is said to be missing. Next: GET /api/v1/cameras/register.

import type { JSX } from "preact";
import { getJson } from "../api";
import type { RegisterEntry } from "../contract";
import { useResource, useTitle } from "../resource";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";

const DAY_S = 86_400;

export function CameraRegisterPage(): JSX.Element {
  const { session } = useWorkspace();
  useTitle("Register of cameras");
  const register = useResource("register", (signal) => getJson<RegisterEntry[]>("/api/v1/cameras/register", signal));
  if (!register.value) return register.problem ? <Failed problem={register.problem} onRetry={register.reload} /> : <Loading what="the register" />;
  const or = (value: string | null, missing: string) => value ?? <span class="bad">{missing}</span>;
  return (
    <>
      <div class="page-head">
        <h1>Register of cameras</h1>
        <p class="dim">{session.site.name}</p>
        <div class="crumb">
          <a class="button" href="/api/v1/cameras/register?format=csv" download>
            For a spreadsheet
          </a>
          <button type="button" onClick={() => window.print()}>
            Print
          </button>
        </div>
      </div>
      <p class="dim">What is missing is written into the configuration, in the camera’s section.</p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Cameras">
        <table class="stacked" role="table">
          <thead>
            <tr>
              <th scope="col">Camera</th>
              <th scope="col">Place</th>
              <th scope="col">Purpose</th>
              <th scope="col">Field of view</th>
              <th scope="col">Privacy mask</th>
              <th scope="col">Sign</th>
              <th scope="col">Impact assessment</th>
              <th scope="col">Contact</th>
              <th scope="col" class="right">
                Kept for
              </th>
            </tr>
          </thead>
          <tbody>
            {register.value.map((entry) => (
              <tr key={entry.camera} role="row">
                <th scope="row" role="rowheader">{entry.name}</th>
                <td role="cell" data-head="Place">{entry.place}</td>
                <td role="cell" data-head="Purpose">{entry.purpose}</td>
                <td role="cell" data-head="Field of view">{or(entry.field_of_view, "No field of view on record")}</td>
                <td role="cell" data-head="Privacy mask">{or(entry.privacy_mask, "No privacy mask on record")}</td>
                <td role="cell" data-head="Sign">{or(entry.sign, "No sign on record")}</td>
                <td role="cell" data-head="Impact assessment">{or(entry.dpia, "No impact assessment on record")}</td>
                <td role="cell" data-head="Contact">{or(entry.contact, "No contact on record")}</td>
                <td role="cell" data-head="Kept for" class="num right">{Math.floor(entry.keep_s / DAY_S)} days</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
