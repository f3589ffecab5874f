// All cameras at once, live. A tile leads to the camera's own page. Next: live/live_picture.tsx.

import type { JSX } from "preact";
import { getJson } from "../api";
import type { Camera, View } from "../contract";
import { LivePicture } from "../live/live_picture";
import { useResource, useTitle } from "../resource";
import { address } from "../route";
import { Empty, Failed, Loading } from "../shell/notices";
import { stateWords } from "../words";

export function useCameras() {
  return useResource("cameras", (signal) => getJson<Camera[]>("/api/v1/cameras", signal), 4000);
}

export function GridPage({ view }: { view: View }): JSX.Element {
  useTitle("Cameras");
  const cameras = useCameras();
  if (!cameras.value) return cameras.problem ? <Failed problem={cameras.problem} onRetry={cameras.reload} /> : <Loading what="cameras" />;
  if (cameras.value.length === 0) {
    return (
      <Empty title="No cameras yet">
        <p>An administrator adds them: a [[camera]] block in the settings file, with id, url, place and purpose, or “holdfast camera add”.</p>
      </Empty>
    );
  }
  const recording = cameras.value.filter((camera) => camera.state === "recording").length;
  return (
    <>
      <div class="page-head">
        <h1>Cameras</h1>
        <p class={recording < cameras.value.length ? "tally warn" : "tally"}>
          {recording} of {cameras.value.length} recording
        </p>
      </div>
      <ul class="grid" data-count={cameras.value.length}>
        {cameras.value.map((camera) => (
          <li key={camera.id} class="tile" data-camera={camera.id}>
            <LivePicture camera={camera} view={view} />
            <p class="caption">
              <a href={address.camera(camera.id)}>{camera.name}</a>
              <span class="place">{camera.place}</span>
              <span class={`state state-${camera.state}`}>{stateWords[camera.state]}</span>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
