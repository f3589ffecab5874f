// Which letter goes on record: one that is drafted here, whose SHA-256 is filled in by itself, or a file
// from this computer. Next: step_dialog.tsx sends it.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { getJson, problemFrom, request as fetchFrom } from "../api";
import type { Letter, RequestShown } from "../contract";
import { useResource } from "../resource";
import { Choice, Labelled } from "./fields";
import { lettersOf, type Print, wantsLarge } from "./letters_part";

interface FieldProps {
  request: RequestShown;
  /** The letter's date. */
  day: string;
  value: string | null;
  onChange: (sha256: string | null) => void;
}

type From = Print | "file";

export function LetterField({ request, day, value, onChange }: FieldProps): JSX.Element {
  const url = lettersOf(request.reference);
  const letters = useResource(`${url} ${request.version}`, (signal) => getJson<Letter[]>(url, signal));
  const drafted = (letters.value ?? []).find((letter) => letter.is_answer && letter.pdf);
  const [from, setFrom] = useState<From>(wantsLarge(request) ? "large" : "standard");
  const [problem, setProblem] = useState<string | null>(null);
  const pdf = drafted && from !== "file" ? `${drafted.pdf}?print=${from}&day=${day}` : null;

  useEffect(() => {
    onChange(null);
    setProblem(null);
    if (!pdf) return;
    let here = true;
    fetchFrom(pdf)
      .then((response) => response.arrayBuffer())
      .then(digest)
      .then((sha256) => here && onChange(sha256))
      .catch((thrown) => here && setProblem(problemFrom(thrown).title));
    return () => {
      here = false;
    };
  }, [pdf]);

  const file = (
    <Labelled label="The letter as it goes out">
      <input
        type="file"
        required
        onChange={(e) =>
          void e.currentTarget.files?.[0]
            ?.arrayBuffer()
            .then(digest)
            .then(onChange)
        }
      />
    </Labelled>
  );
  if (letters.value && !drafted) return file;
  return (
    <>
      <Choice
        legend="The letter as it goes out"
        name="letter"
        words={{ standard: `“${drafted?.title ?? "…"}” as drafted here`, large: "The same in large print", file: "Another file, from this computer" }}
        value={from}
        onChange={setFrom}
      />
      {from === "file" && file}
      {pdf && (
        <p class="hint">
          <a href={pdf} target="_blank" rel="noopener">
            Read it before you put it on record
          </a>
          {value && (
            <>
              . Its SHA-256 is <code>{value.slice(0, 16)}…</code>
            </>
          )}
        </p>
      )}
      {problem && (
        <p class="notice failed" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

/** Lower-case hexadecimal SHA-256, made in the browser. */
async function digest(bytes: ArrayBuffer): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
