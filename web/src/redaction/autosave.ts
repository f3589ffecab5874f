// Sends the plan a moment after it was changed, one at a time, each on top of the revision before. A save by
// somebody else in between stops it until a person has chosen; while the box is away it tries again. Next:
// editor.tsx tells it of changes.

import { problemFrom } from "../api";
import type { Problem } from "../contract";
import type { Plan } from "./plan";

export type Saving =
  | { state: "saved"; at: number | null }
  | { state: "waiting" }
  | { state: "sending" }
  | { state: "away" }
  /** Somebody else saved since; nothing is sent until a person has chosen. */
  | { state: "conflict" }
  | { state: "refused"; problem: Problem };

interface AutosaveOptions {
  revision: number;
  send: (plan: Plan, revision: number) => Promise<{ revision: number }>;
  /** Unix seconds. */
  now: () => number;
  told: (saving: Saving) => void;
  pause_ms?: number;
  retry_ms?: number;
}

export class Autosave {
  private pending: Plan | null = null;
  private sending: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private standing: Saving = { state: "saved", at: null };
  private readonly pause_ms: number;
  private readonly retry_ms: number;
  revision: number;

  constructor(private readonly options: AutosaveOptions) {
    this.revision = options.revision;
    this.pause_ms = options.pause_ms ?? 600;
    this.retry_ms = options.retry_ms ?? 4000;
  }

  /** Whether the box has all of it. */
  get isSettled(): boolean {
    return this.pending === null && this.sending === null;
  }

  /** The plan is another one now. */
  changed(plan: Plan): void {
    this.pending = plan;
    if (this.standing.state === "conflict") return;
    if (this.standing.state !== "sending") this.tell({ state: "waiting" });
    this.after(this.pause_ms);
  }

  /** Sends what waits; whether all is saved then. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    while (this.pending && this.standing.state !== "conflict") {
      await (this.sending ?? this.once());
      if (this.standing.state === "refused" || this.standing.state === "away") break;
    }
    await this.sending;
    return this.pending === null;
  }

  /** After a conflict: saves this side's plan on top of what the other one saved. */
  over(revision: number): Promise<boolean> {
    this.revision = revision;
    this.tell({ state: "waiting" });
    return this.flush();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private after(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void (this.sending ?? this.once()), ms);
  }

  private once(): Promise<void> {
    const plan = this.pending;
    if (!plan) return Promise.resolve();
    this.pending = null;
    this.tell({ state: "sending" });
    this.sending = this.options
      .send(plan, this.revision)
      .then(
        ({ revision }) => {
          this.revision = revision;
          this.tell(this.pending ? { state: "waiting" } : { state: "saved", at: this.options.now() });
        },
        (thrown: unknown) => {
          // What was changed since is newer.
          this.pending ??= plan;
          const problem = problemFrom(thrown);
          if (problem.code === "changed_since") return this.tell({ state: "conflict" });
          if (problem.code !== "unreachable") return this.tell({ state: "refused", problem });
          this.tell({ state: "away" });
          this.after(this.retry_ms);
        },
      )
      .finally(() => {
        this.sending = null;
        if (this.pending && this.standing.state === "waiting") this.after(this.pause_ms);
      });
    return this.sending;
  }

  private tell(saving: Saving): void {
    this.standing = saving;
    this.options.told(saving);
  }
}
