// The fields by which somebody shows once more that it is them: their own password, and a code of their
// authenticator app where the account has one; or a passkey instead of both. What is typed is kept nowhere but in the open dialog.
// Next: confirm_dialog.tsx and the dialogs of requests/ send it with the act it is for.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { canPasskey, showPasskey, troubleWords, type PasskeyAnswer } from "../passkey";
import { useWorkspace } from "./workspace";

export interface Proof {
  password: string;
  code: string;
  /** Shown instead of the two; good for one act. */
  passkey?: PasskeyAnswer;
}

export const nothingTyped: Proof = { password: "", code: "" };

/** As it goes out with an act. */
export function sent({ password, code, passkey }: Proof): { password: string; code?: string } | { passkey: PasskeyAnswer } {
  if (passkey) return { passkey };
  return code.trim() === "" ? { password } : { password, code: code.trim() };
}

export function ProofFields({ value, first, onChange }: { value: Proof; first?: boolean; onChange: (value: Proof) => void }): JSX.Element {
  const { session } = useWorkspace();
  const [trouble, setTrouble] = useState("");
  if (value.passkey) {
    return (
      <p class="notice" role="status">
        Your passkey is shown: it stands for password and code of this one act.
      </p>
    );
  }
  const show = (): void => {
    setTrouble("");
    showPasskey()
      .then((passkey) => passkey && onChange({ ...nothingTyped, passkey }))
      .catch((error: unknown) => setTrouble(troubleWords(error)));
  };
  return (
    <>
      <input type="text" name="username" autocomplete="username" value={session.user.name} readOnly hidden />
      <label class="field">
        <span>Password of {session.user.name}</span>
        <input
          type="password"
          name="password"
          autofocus={first}
          required
          autocomplete="current-password"
          value={value.password}
          onInput={(e) => onChange({ ...value, password: e.currentTarget.value })}
        />
      </label>
      {session.user.has_second_factor && (
        <label class="field">
          <span>Code of your authenticator app</span>
          <input
            name="code"
            required
            inputMode="numeric"
            autocomplete="one-time-code"
            maxLength={7}
            value={value.code}
            onInput={(e) => onChange({ ...value, code: e.currentTarget.value })}
          />
        </label>
      )}
      {session.user.has_passkey && canPasskey() && (
        <button type="button" onClick={show}>
          Use your passkey instead
        </button>
      )}
      {trouble && (
        <p class="notice failed" role="alert">
          {trouble}
        </p>
      )}
    </>
  );
}
