// Begins a redaction: which camera, from when to when, and what is shown where nobody has drawn. Next: the
// redaction's own page.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { postJson, problemFrom } from "../api";
import type { Problem, Redaction, RequestShown } from "../contract";
import { useCameras } from "../pages/grid_page";
import { Choice, Labelled } from "../requests/fields";
import { Dialog } from "../shell/dialog";
import { DialogEnd } from "../shell/dialog_end";
import { InstantField, meant, typedAt } from "../shell/instant_field";
import { useWorkspace } from "../shell/workspace";
import { fromRfc3339, toRfc3339 } from "../site_time";
import type { Mode } from "./plan";
import { modeWords } from "./words";

/** A stretch that was asked for, of one camera; null where the request names none. */
export interface Candidate {
  camera: string | null;
  from: string;
  to: string;
}

interface BeginProps {
  request: RequestShown;
  candidate: Candidate;
  onBegun: (redaction: Redaction) => void;
  onClose: () => void;
}

export function BeginDialog({ request, candidate, onBegun, onClose }: BeginProps): JSX.Element {
  const { zone } = useWorkspace();
  const cameras = useCameras();
  const [camera, setCamera] = useState(candidate.camera ?? "");
  const [from, setFrom] = useState(() => typedAt(fromRfc3339(candidate.from), zone));
  const [to, setTo] = useState(() => typedAt(fromRfc3339(candidate.to), zone));
  const [mode, setMode] = useState<Mode>("default_deny");
  const [busy, setBusy] = useState(false);
  const [sentence, setSentence] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const [start, end] = [meant(from, zone), meant(to, zone)];
    setSentence("sentence" in start ? start.sentence : "sentence" in end ? end.sentence : null);
    setProblem(null);
    if ("sentence" in start || "sentence" in end) return;
    setBusy(true);
    try {
      onBegun(await postJson<Redaction>(`/api/v1/cases/${encodeURIComponent(request.reference)}/redactions`, { camera, from: toRfc3339(start.at), to: toRfc3339(end.at), mode }));
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog title="Redact" onClose={onClose} class="hold">
      <form onSubmit={submit}>
        <p class="hint">As short as it can be: only what shows the person who asks. An hour at most; longer stretches go in parts.</p>
        <Labelled label="Camera">
          <select name="camera" required value={camera} onChange={(event) => setCamera(event.currentTarget.value)}>
            <option value="">Choose one</option>
            {(cameras.value ?? []).map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </select>
        </Labelled>
        <div class="pair">
          <InstantField label="From" value={from} zone={zone} onChange={setFrom} />
          <InstantField label="To" value={to} zone={zone} onChange={setTo} />
        </div>
        <Choice legend="What is shown" name="mode" words={modeWords} value={mode} onChange={setMode} />
        {mode === "mask_others" && <p class="warn">Whoever is missed shows. Every stretch must be looked at before it can go out.</p>}
        <DialogEnd sentence={sentence} problem={problem} verb="Begin" sending={busy ? "Reading the footage…" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
