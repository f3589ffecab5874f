// Exports the chosen range of one camera: case reference and reason, then the box prepares a signed
// bundle and the browser downloads it. Next: exports_page.tsx lists what was made.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { postJson, problemFrom } from "../api";
import type { Camera, ExportRequest, ExportRow, Problem, PurposeKind } from "../contract";
import { address } from "../route";
import { Dialog } from "../shell/dialog";
import { Failed } from "../shell/notices";
import { clockTime, dayName, duration, type Interval, toRfc3339, zoneName } from "../site_time";
import { bytes, purposeWords } from "../words";

interface ExportProps {
  camera: Camera;
  range: Interval;
  kind: PurposeKind;
  zone: string;
  onClose: () => void;
}

export function ExportDialog({ camera, range, kind, zone, onClose }: ExportProps): JSX.Element {
  const [reference, setReference] = useState("");
  const [reason, setReason] = useState("");
  const [exhibit, setExhibit] = useState("");
  const [purpose, setPurpose] = useState<PurposeKind>(kind);
  const [stage, setStage] = useState<{ kind: "asking" } | { kind: "preparing" } | { kind: "ready"; row: ExportRow } | { kind: "failed"; problem: Problem }>({ kind: "asking" });

  const submit = async (event: Event) => {
    event.preventDefault();
    setStage({ kind: "preparing" });
    const wanted: ExportRequest = {
      case: reference.trim(),
      cameras: [camera.id],
      from: toRfc3339(range.from),
      to: toRfc3339(range.to),
      purpose: { kind: purpose, reason: reason.trim() },
    };
    try {
      setStage({ kind: "ready", row: await postJson<ExportRow>("/api/v1/exports", wanted) });
    } catch (thrown) {
      setStage({ kind: "failed", problem: problemFrom(thrown) });
    }
  };

  const summary = (
    <dl class="facts">
      <div>
        <dt>Camera</dt>
        <dd>{camera.name}</dd>
      </div>
      <div>
        <dt>From</dt>
        <dd>
          {dayName(range.from, zone)}, {clockTime(range.from, zone)} {zoneName(range.from, zone)}
        </dd>
      </div>
      <div>
        <dt>To</dt>
        <dd>
          {dayName(range.to, zone)}, {clockTime(range.to, zone)} {zoneName(range.to, zone)}
        </dd>
      </div>
      <div>
        <dt>Length</dt>
        <dd>{duration(range.to - range.from)}</dd>
      </div>
    </dl>
  );

  if (stage.kind === "ready") {
    return (
      <Dialog title="Export ready" onClose={onClose} class="export">
        {summary}
        <p>
          The bundle is signed and notes its own place in the audit log.
          {stage.row.estimate_bytes ? ` About ${bytes(stage.row.estimate_bytes)}.` : ""} Its README tells the receiver how to check it with stock tools.
        </p>
        <label class="field">
          <span>First exhibit reference, if you give them (as JS/1)</span>
          <input name="exhibit" maxLength={24} autocomplete="off" value={exhibit} onInput={(e) => setExhibit(e.currentTarget.value)} />
        </label>
        <footer>
          <a class="button primary" href={exhibit.trim() ? `${stage.row.bundle}?exhibit=${encodeURIComponent(exhibit.trim())}` : stage.row.bundle} download>
            Download bundle
          </a>
          <a class="button" href={address.exports}>
            All exports
          </a>
        </footer>
      </Dialog>
    );
  }

  return (
    <Dialog title="Export this range" onClose={onClose} class="export">
      {summary}
      <p class="hint">The copy begins and ends at key frames just outside the range, as recorded, untouched.</p>
      <form onSubmit={submit}>
        <label class="field">
          <span>Case reference</span>
          <input name="case" autofocus required maxLength={100} autocomplete="off" value={reference} onInput={(e) => setReference(e.currentTarget.value)} />
        </label>
        <div class="pair">
          <label class="field">
            <span>Purpose</span>
            <select name="kind" value={purpose} onChange={(e) => setPurpose(e.currentTarget.value as PurposeKind)}>
              {(Object.keys(purposeWords) as PurposeKind[]).map((each) => (
                <option key={each} value={each}>
                  {purposeWords[each]}
                </option>
              ))}
            </select>
          </label>
          <label class="field">
            <span>Reason</span>
            <input name="reason" required maxLength={500} autocomplete="off" value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
          </label>
        </div>
        {stage.kind === "failed" && <Failed problem={stage.problem} />}
        {stage.kind === "preparing" && (
          <p role="status" class="progress">
            <progress aria-label="Preparing the export" /> Preparing: finding key frames, hashing, signing…
          </p>
        )}
        <footer>
          <button type="submit" class="primary" disabled={stage.kind === "preparing" || !reference.trim() || !reason.trim()}>
            Prepare export
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
