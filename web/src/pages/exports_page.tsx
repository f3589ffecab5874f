// What was exported, newest first, with the link to fetch a bundle again.

import type { JSX } from "preact";
import { getJson } from "../api";
import type { ExportRow } from "../contract";
import { useResource, useTitle } from "../resource";
import { address } from "../route";
import { Empty, Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { dateTime, duration, fromRfc3339 } from "../site_time";
import { bytes } from "../words";

export function ExportsPage(): JSX.Element {
  const { zone } = useWorkspace();
  useTitle("Exports");
  const exports = useResource("exports", (signal) => getJson<ExportRow[]>("/api/v1/exports", signal), 10_000);
  if (!exports.value) return exports.problem ? <Failed problem={exports.problem} onRetry={exports.reload} /> : <Loading what="exports" />;
  if (exports.value.length === 0) {
    return (
      <Empty title="Nothing exported yet">
        <p>
          Open a <a href={address.grid}>camera</a>, mark a range on its timeline with [ and ], and choose Export.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <div class="page-head">
        <h1>Exports</h1>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Exports">
        <table>
          <thead>
            <tr>
              <th scope="col">Case</th>
              <th scope="col">Cameras</th>
              <th scope="col">From</th>
              <th scope="col">Length</th>
              <th scope="col">Made</th>
              <th scope="col">Bundle</th>
            </tr>
          </thead>
          <tbody>
            {exports.value.map((row) => (
              <tr key={row.id}>
                <th scope="row">{row.case ?? row.id.slice(0, 8)}</th>
                <td>{row.cameras.join(", ")}</td>
                <td class="num">{dateTime(fromRfc3339(row.from), zone)}</td>
                <td class="num">{duration(fromRfc3339(row.to) - fromRfc3339(row.from))}</td>
                <td class="num">{row.created ? dateTime(fromRfc3339(row.created), zone) : "–"}</td>
                <td>
                  <a href={row.bundle} download aria-label={`Download the bundle of ${row.case ?? row.id}`}>
                    Download
                  </a>
                  {row.estimate_bytes ? <span class="num dim"> {bytes(row.estimate_bytes)}</span> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
