// A live video with its state written over it: what the camera does, in plain words and since when,
// and how far behind it the picture is. Closes its connection while the tab is hidden or the picture
// is out of sight. Next: pages/grid_page.tsx and pages/camera_page.tsx place it.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { boxNow } from "../api";
import type { Camera, CameraState, View } from "../contract";
import { useWorkspace } from "../shell/workspace";
import { clockTime, dateTime, fromRfc3339 } from "../site_time";
import { stateSentences, stateWords } from "../words";
import { LivePlayer, type LiveReport } from "./live_player";

export function LivePicture({ camera, view }: { camera: Camera; view: View }): JSX.Element {
  if (camera.restricted && view.purpose.kind !== "legal_claim") return <RestrictedPicture camera={camera} />;
  return <OpenPicture camera={camera} viewId={view.id} />;
}

/** What stands where the picture would be. The box refuses it too; this only says why. */
function RestrictedPicture({ camera }: { camera: Camera }): JSX.Element {
  return (
    <div class="picture" data-live="restricted">
      <div class="overlay">
        <strong>Restricted</strong>
        <span>{camera.name} goes on recording, but its footage is shown for a legal claim only.</span>
      </div>
    </div>
  );
}

function OpenPicture({ camera, viewId }: { camera: Camera; viewId: string }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [report, setReport] = useState<LiveReport>({ kind: "opening" });
  const { zone, recheckView } = useWorkspace();

  useEffect(() => {
    const element = video.current!;
    const player = new LivePlayer(element, camera.id, viewId, setReport);
    let inSight = true;
    const decide = () => (inSight && !document.hidden ? player.start() : player.pause());
    const observer = new IntersectionObserver(([entry]) => {
      inSight = entry?.isIntersecting ?? true;
      decide();
    });
    observer.observe(element);
    document.addEventListener("visibilitychange", decide);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", decide);
      player.destroy();
    };
  }, [camera.id, viewId]);

  useEffect(() => {
    if (report.kind === "broken") recheckView();
  }, [report]);

  const trouble = troubleOf(camera, report);
  const since = camera.since === null ? null : fromRfc3339(camera.since);
  return (
    <div class="picture" data-live={report.kind}>
      <video ref={video} aria-label={`Live picture of ${camera.name}`} />
      {trouble && (
        <div class={`overlay state-${trouble.state}`}>
          <strong>{trouble.title}</strong>
          <span>{trouble.sentence}</span>
          {trouble.dated && since !== null && <span>Since {boxNow() - since > 43_200 ? dateTime(since, zone) : clockTime(since, zone)}</span>}
        </div>
      )}
      {!trouble && report.kind === "playing" && (
        <span class="behind" title="How far the picture is behind the camera">
          <i class="dot" aria-hidden="true" />
          live <data value={report.behind_s.toFixed(2)}>{report.behind_s.toFixed(1)} s</data> behind
        </span>
      )}
      {!trouble && report.kind !== "playing" && <span class="behind waiting">{report.kind === "paused" ? "paused" : "opening…"}</span>}
    </div>
  );
}

interface Trouble {
  state: CameraState | "broken";
  title: string;
  sentence: string;
  dated: boolean;
}

/** What to write over the picture; null while all is well. The line's own word is newer than the list's. */
function troubleOf(camera: Camera, report: LiveReport): Trouble | null {
  if (report.kind === "broken") return { state: "broken", title: "Reconnecting", sentence: report.sentence, dated: false };
  if (report.kind === "playing") return null;
  const state = report.kind === "camera" ? report.state : camera.state;
  if (state === "recording") return null;
  const error = (report.kind === "camera" ? report.error : null) ?? camera.error;
  return { state, title: stateWords[state], sentence: error ?? stateSentences[state], dated: state === camera.state };
}
