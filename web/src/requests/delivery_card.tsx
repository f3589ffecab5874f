// The link by which a requester fetches their copy: made with a password, shown once with its code, taken
// back by a button. Link and code go by two ways. Next: pages/request_page.tsx.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ProblemError, getJson, postJson, problemFrom, remove } from "../api";
import type { CopyFilm, Delivery, DeliveryOffered, Problem, RequestShown } from "../contract";
import { useResource } from "../resource";
import { Dialog } from "../shell/dialog";
import { DialogEnd } from "../shell/dialog_end";
import { nothingTyped, ProofFields, sent } from "../shell/proof_fields";
import { useWorkspace } from "../shell/workspace";
import { dateTime, fromRfc3339 } from "../site_time";
import { bytes } from "../words";

export function DeliveryCard({ request }: { request: RequestShown }): JSX.Element {
  const { zone } = useWorkspace();
  const url = `/api/v1/cases/${encodeURIComponent(request.reference)}/delivery`;
  const resource = useResource(url, (signal) => getJson<Delivery>(url, signal).catch(nothing));
  const [making, setMaking] = useState(false);
  const [offered, setOffered] = useState<DeliveryOffered | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const link = resource.value ?? null;
  const takeBack = async () => {
    setProblem(null);
    try {
      await remove(url);
      setOffered(null);
      resource.reload();
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
  };
  return (
    <section class="card stack actions">
      <h2>Handing the copy over</h2>
      {offered ? (
        <div role="status">
          <p>Send the link by mail or letter, and tell the code another way, by phone or a second letter. Both are shown only now.</p>
          <p>
            Link <code class="secret">{offered.link}</code>
          </p>
          <p>
            Code <code class="secret">{offered.code}</code>
          </p>
        </div>
      ) : (
        <p class="dim">A link for seven days and three downloads, opened by a code that goes another way.</p>
      )}
      <Films reference={request.reference} />
      {link && (
        <p>
          {standing(link)}. Fetched {link.downloads} of {link.downloads_max} times; wrong codes {link.wrong_codes} of {link.wrong_codes_max}; until {dateTime(fromRfc3339(link.expires), zone)}.
        </p>
      )}
      {problem && (
        <p class="notice failed" role="alert">
          {problem.title} {problem.detail}
        </p>
      )}
      <div class="cluster">
        <button type="button" class={link ? "" : "primary"} onClick={() => setMaking(true)}>
          {link ? "Make a new link…" : "Make a link…"}
        </button>
        {link?.open && (
          <button type="button" onClick={() => void takeBack()}>
            Take the link back
          </button>
        )}
      </div>
      {making && (
        <MakeLink
          url={url}
          onClose={() => setMaking(false)}
          onDone={(made) => {
            setMaking(false);
            setOffered(made);
            resource.reload();
          }}
        />
      )}
    </section>
  );
}

/** For whoever can't use a link: the films to be put on a disc or a stick. */
function Films({ reference }: { reference: string }): JSX.Element | null {
  const url = `/api/v1/cases/${encodeURIComponent(reference)}/copies`;
  const films = useResource(url, (signal) => getJson<CopyFilm[]>(url, signal));
  if (!films.value) return null;
  return (
    <details>
      <summary>On a disc or a stick instead</summary>
      <p class="hint">Put the films on the medium, encrypt it, and tell the password another way. Print “Receipt and chain of custody” among the letters, have it signed, and put the handing over on record. Each download is logged.</p>
      <ul class="letter-list">
        {films.value.map((film) => (
          <li key={film.name}>
            <span>
              {film.name} <span class="num dim">{bytes(film.bytes)}</span>
            </span>
            <a class="button" href={film.film} download aria-label={`Download ${film.name}`}>
              Download
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

const standing = (link: Delivery): string => (link.open ? "The link works" : link.revoked ? "The link was taken back" : "The link has run out");

/** No link yet is no failure. */
function nothing(thrown: unknown): Delivery | null {
  if (thrown instanceof ProblemError && thrown.problem.status === 404) return null;
  throw thrown;
}

function MakeLink({ url, onDone, onClose }: { url: string; onDone: (made: DeliveryOffered) => void; onClose: () => void }): JSX.Element {
  const [proof, setProof] = useState(nothingTyped);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      onDone(await postJson<DeliveryOffered>(url, sent(proof)));
    } catch (thrown) {
      setProblem(problemFrom(thrown));
      setProof(nothingTyped);
      setBusy(false);
    }
  };
  return (
    <Dialog title="Make a link" onClose={onClose} class="hold">
      <form onSubmit={submit}>
        <p class="hint">An earlier link stops working.</p>
        <ProofFields first value={proof} onChange={setProof} />
        <DialogEnd sentence={null} problem={problem} verb="Make a link" sending={busy ? "Making…" : null} onClose={onClose} />
      </form>
    </Dialog>
  );
}
