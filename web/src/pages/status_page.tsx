// How the box is: each camera's state with what is wrong, disk, clock, keys.

import type { JSX } from "preact";
import { boxNow, getJson } from "../api";
import type { Status } from "../contract";
import { useResource, useTitle } from "../resource";
import { Failed, Loading } from "../shell/notices";
import { useWorkspace } from "../shell/workspace";
import { dateTime, duration, fromRfc3339 } from "../site_time";
import { bitrate, bytes, standingWords, stateWords } from "../words";

export function StatusPage(): JSX.Element {
  const { zone } = useWorkspace();
  useTitle("Status");
  const resource = useResource("status", (signal) => getJson<Status>("/api/v1/status", signal), 4000);
  const status = resource.value;
  if (!status) return resource.problem ? <Failed problem={resource.problem} onRetry={resource.reload} /> : <Loading what="the status" />;
  const { storage, keys, clock } = status;
  const total = storage.free_bytes + storage.used_bytes;
  const ago = (when: string | null) => (when === null ? "never" : `${duration(boxNow() - fromRfc3339(when))} ago`);
  return (
    <>
      <div class="page-head">
        <h1>Status</h1>
        <p class="dim">
          Holdfast {status.version}, up {duration(status.uptime_s)}
        </p>
      </div>
      <div class="cards">
        <section class="card">
          <h2>Storage</h2>
          <p class="figure">
            {bytes(storage.free_bytes)} <small>free</small>
          </p>
          <meter aria-label="Share of the disk that is used" min={0} max={total || 1} high={total * 0.9} value={storage.used_bytes} />
          <p class="dim">
            {bytes(storage.used_bytes)} of footage
            {storage.oldest ? `, oldest ${dateTime(fromRfc3339(storage.oldest), zone)}` : ""}
            {storage.days_to_full === null ? "" : `; full in ${storage.days_to_full < 1 ? "less than a day" : `${Math.floor(storage.days_to_full)} days`} at this rate`}
          </p>
        </section>
        <section class="card">
          <h2>Clock</h2>
          <p class="figure">{clock.synchronised ? "Synchronised" : "Not synchronised"}</p>
          <p class="dim">{clock.synchronised ? "Times on footage can be relied on." : "Times on footage may be off. Set up a time server on the box."}</p>
        </section>
        <section class="card">
          <h2>Keys</h2>
          <p class="figure">
            Generation {keys.epoch} <small>{keys.custody}</small>
          </p>
          <p class="dim">{keys.claim.sentence}</p>
        </section>
        {status.witnesses.map((witness) => (
          <section class="card" key={witness.witness}>
            <h2>Witness of the log</h2>
            <p class={witness.standing === "contradicts" ? "figure bad" : "figure"}>{standingWords[witness.standing]}</p>
            <p class="dim">
              {witness.witness}: last saw the log {ago(witness.last_seen)}
              {witness.standing === "agrees" ? "." : `; ${witness.detail}.`}
            </p>
          </section>
        ))}
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Cameras">
        <table>
          <thead>
            <tr>
              <th scope="col">Camera</th>
              <th scope="col">State</th>
              <th scope="col">Since</th>
              <th scope="col">Last frame</th>
              <th scope="col" class="right">
                Rate
              </th>
              <th scope="col">Codec</th>
            </tr>
          </thead>
          <tbody>
            {status.cameras.map((camera) => (
              <tr key={camera.id}>
                <th scope="row">{camera.id}</th>
                <td>
                  <span class={`state state-${camera.state}`}>{stateWords[camera.state]}</span>
                  {camera.error && <p class="why-not">{camera.error}</p>}
                </td>
                <td class="num">{camera.since ? dateTime(fromRfc3339(camera.since), zone) : "–"}</td>
                <td class="num">{ago(camera.last_frame)}</td>
                <td class="num right">
                  {camera.bitrate === null ? "–" : bitrate(camera.bitrate)}
                  {camera.fps === null ? "" : `, ${Math.round(camera.fps * 10) / 10} fps`}
                </td>
                <td>{camera.codec ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
