// One camera: its live picture or its recordings, with the day's timeline below either way.
// Next: recordings.tsx, which does the work; live/live_picture.tsx.

import type { JSX } from "preact";
import type { View } from "../contract";
import { useTitle } from "../resource";
import { address } from "../route";
import { Empty, Failed, Loading } from "../shell/notices";
import { fromRfc3339 } from "../site_time";
import { stateWords } from "../words";
import { useCameras } from "./grid_page";
import { Recordings } from "./recordings";

export function CameraPage({ id, at, view }: { id: string; at: string | null; view: View }): JSX.Element {
  const cameras = useCameras();
  useTitle(cameras.value?.find((each) => each.id === id)?.name ?? id);
  if (!cameras.value) return cameras.problem ? <Failed problem={cameras.problem} onRetry={cameras.reload} /> : <Loading what="the camera" />;
  const camera = cameras.value.find((each) => each.id === id);
  if (!camera) {
    return (
      <Empty title={`There is no camera “${id}”`}>
        <p>
          <a href={address.grid}>See all cameras</a>
        </p>
      </Empty>
    );
  }
  const start = at === null ? NaN : fromRfc3339(at);
  const days = Math.round(camera.keep_s / 86400);
  return (
    <>
      <div class="page-head">
        <h1>{camera.name}</h1>
        <p class="place">
          {camera.place} · kept {days >= 1 ? `${days} days` : `${Math.round(camera.keep_s / 3600)} h`}
          {camera.height ? ` · ${camera.height}p` : ""}
          {camera.codec ? ` ${camera.codec}` : ""}
        </p>
        <p class={`state state-${camera.state}`}>{stateWords[camera.state]}</p>
        <nav class="crumb" aria-label="Cameras">
          <a href={address.grid}>All cameras</a>
          <label class="switch">
            <span class="unseen">Go to camera</span>
            <select value={id} onChange={(event) => location.assign(address.camera(event.currentTarget.value))}>
              {cameras.value.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.name}
                </option>
              ))}
            </select>
          </label>
        </nav>
      </div>
      <Recordings camera={camera} view={view} start={Number.isNaN(start) ? null : start} />
    </>
  );
}
