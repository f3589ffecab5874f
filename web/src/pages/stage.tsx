// The recorded picture, with what the player has to say written over it: loading, the gap it jumped,
// the end, a refusal. Next: recordings.tsx owns the player that fills the video.

import type { JSX, RefObject } from "preact";
import type { Camera } from "../contract";
import { causesBetween, type Coverage, isHidden } from "../playback/coverage";
import type { PlaybackReport } from "../playback/playback";
import { Failed } from "../shell/notices";
import { clockTime } from "../site_time";
import { causeWords } from "../words";

interface StageProps {
  video: RefObject<HTMLVideoElement | null>;
  camera: Camera;
  report: PlaybackReport | null;
  coverage: Coverage;
  zone: string;
  onRetry: () => void;
}

export function Stage({ video, camera, report, coverage, zone, onRetry }: StageProps): JSX.Element {
  const skipped = report?.skipped ?? null;
  const causes = skipped ? causesBetween(coverage, skipped) : [];
  return (
    <div class="picture" data-playback={report?.state ?? "loading"}>
      <video ref={video} aria-label={`Recorded picture of ${camera.name}`} />
      {report?.state === "failed" && report.problem && (
        <div class="overlay">
          <Failed problem={report.problem} onRetry={onRetry} />
        </div>
      )}
      <p class="note" role="status">
        {skipped && (
          <span>
            {isHidden(coverage, skipped) ? "Restricted" : "No recording"} {clockTime(skipped.from, zone)}–{clockTime(skipped.to, zone)}
            {causes.length > 0 ? ` (${causes.map((cause) => causeWords[cause] ?? cause).join(", ")})` : ""}
          </span>
        )}
        {!skipped && report?.state === "ended" && <span>Nothing is recorded after this</span>}
      </p>
      {(report === null || report.state === "loading") && <span class="behind waiting">loading…</span>}
      {report?.state !== "failed" && report !== null && report.rate > 1 && (
        <span class="speed">
          {report.rate}×{report.rate >= 8 ? " key frames" : ""}
        </span>
      )}
    </div>
  );
}
