// Asks the box what is recorded in an interval. Next: coverage.ts reads the answer.

import { getJson, path } from "../api";
import type { PurposeKind, TimelineAnswer } from "../contract";
import { type Interval, toRfc3339 } from "../site_time";
import { type Coverage, coverageFrom } from "./coverage";

export async function timeline(cameraId: string, purpose: PurposeKind, span: Interval, signal: AbortSignal): Promise<Coverage> {
  const address = path.camera(cameraId, "timeline", { from: toRfc3339(span.from), to: toRfc3339(span.to) });
  return coverageFrom(await getJson<TimelineAnswer>(address, signal), span, purpose);
}
