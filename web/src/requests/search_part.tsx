// Where to look for what a request asks for: the cameras to try first, an hour more at either end, and how
// much of that each has recorded. It only suggests. Next: step_dialog.tsx puts on record what was looked through.

import type { JSX } from "preact";
import { getJson } from "../api";
import type { RequestShown, SearchCamera, SearchHelp } from "../contract";
import { useResource } from "../resource";
import { address } from "../route";
import { useWorkspace } from "../shell/workspace";
import { dateTime, duration, fromRfc3339, zoneName } from "../site_time";

export function SearchPart({ request }: { request: RequestShown }): JSX.Element | null {
  const url = `/api/v1/cases/${encodeURIComponent(request.reference)}/search-help`;
  const help = useResource(`${url} ${request.version}`, (signal) => getJson<SearchHelp[]>(url, signal));
  if (!help.value || help.value.length === 0) return null;
  return (
    <section class="part search actions">
      <h2>Where to look</h2>
      {(request.sought || request.words) && (
        <p>
          Look for: <strong>{request.sought || request.words}</strong>
        </p>
      )}
      {help.value.map((stretch) => (
        <Stretch key={stretch.asked_from + stretch.place} stretch={stretch} />
      ))}
    </section>
  );
}

function Stretch({ stretch }: { stretch: SearchHelp }): JSX.Element {
  const { zone } = useWorkspace();
  const [from, to] = [fromRfc3339(stretch.from), fromRfc3339(stretch.to)];
  const likely = stretch.cameras.filter((camera) => camera.why !== "rest");
  const rest = stretch.cameras.filter((camera) => camera.why === "rest");
  const list = (cameras: SearchCamera[]) => (
    <ul class="letter-list">
      {cameras.map((camera) => (
        <li key={camera.camera}>
          <div>
            {camera.name} <span class="dim">{camera.place}</span>
            <p class="under">{[why(camera), recorded(camera, to - from)].filter(Boolean).join("; ")}</p>
          </div>
          <a class="button" href={address.camera(camera.camera, stretch.asked_from)} aria-label={`Watch ${camera.name} from ${dateTime(fromRfc3339(stretch.asked_from), zone)}`}>
            Watch
          </a>
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <p class="under">
        {stretch.place && `“${stretch.place}”, `}
        {dateTime(from, zone)} to {dateTime(to, zone)} {zoneName(to, zone)}: what was asked for and an hour more at either end.
      </p>
      {likely.length > 0 ? list(likely) : <p class="dim">{stretch.place ? "No camera’s place shares a word with the place that was asked for." : "The request names neither a camera nor a place."}</p>}
      {rest.length > 0 && (
        <details open={likely.length === 0}>
          <summary>{rest.length === 1 ? "One other camera" : `${rest.length} other cameras`}</summary>
          {list(rest)}
        </details>
      )}
    </>
  );
}

function why(camera: SearchCamera): string {
  if (camera.why === "named") return "named in the request";
  return camera.words.length > 0 ? `near, by the words ${camera.words.map((word) => `“${word}”`).join(", ")}` : "";
}

function recorded(camera: SearchCamera, wholeS: number): string {
  if (camera.recorded_s === 0) return "nothing recorded then";
  return camera.recorded_s >= wholeS - 1 ? "all of it recorded" : `${duration(camera.recorded_s)} of ${duration(wholeS)} recorded`;
}
