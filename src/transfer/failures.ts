/** Keys that could not be moved: all are counted, the first are kept to be printed. */
import { shownKey } from "../persistence/file-error.ts";

/** Failures that are kept. */
const KEPT_MAX = 10;

export class Failures {
  count = 0;
  private readonly kept: { readonly key: string; readonly reason: string }[] = [];

  add(key: string, reason: string): void {
    this.count++;
    if (this.kept.length < KEPT_MAX) this.kept.push({ key, reason });
  }

  /** Lines for the user, none without a failure. `verb` is what could not be done: written, read. */
  lines(verb: string): readonly string[] {
    const { count, kept } = this;
    if (count === 0) return [];
    const named = kept.map(({ key, reason }) => `  ${shownKey(key)}: ${reason}`);
    const rest = count - kept.length;
    return [`${count} could not be ${verb}:`, ...named, ...(rest > 0 ? [`  and ${rest} more`] : [])];
  }
}
