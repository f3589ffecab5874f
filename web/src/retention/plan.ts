// The plan of what goes next, gathered for a reader: a line for each camera and day rather than for
// each segment. Pure. Next: plan_table.tsx shows it.

import type { PlanLine } from "../contract";
import { dayOf, fromRfc3339 } from "../site_time";

/** Segments of one camera that are due on one day and kept by the same holds. */
export interface PlannedGroup {
  key: string;
  camera: string;
  reason: string;
  holds: string[];
  segments: number;
  /** Recorded, and due: the earliest and the latest. */
  recorded: { from: number; to: number };
  due: { from: number; to: number };
}

/** Gathers lines, which come earliest due first; the groups do too. */
export function gathered(lines: PlanLine[], zone: string): PlannedGroup[] {
  const groups = new Map<string, PlannedGroup>();
  for (const line of lines) {
    const [start, end, due] = [fromRfc3339(line.start), fromRfc3339(line.end), fromRfc3339(line.due)];
    const key = [line.camera, dayOf(due, zone), line.reason, ...line.blocked_by].join(" ");
    const group = groups.get(key);
    if (!group) {
      groups.set(key, { key, camera: line.camera, reason: line.reason, holds: line.blocked_by, segments: 1, recorded: { from: start, to: end }, due: { from: due, to: due } });
      continue;
    }
    group.segments += 1;
    group.recorded = { from: Math.min(group.recorded.from, start), to: Math.max(group.recorded.to, end) };
    group.due = { from: Math.min(group.due.from, due), to: Math.max(group.due.to, due) };
  }
  return [...groups.values()];
}
