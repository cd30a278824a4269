/**
 * What the palette offers. A screen adds its actions while it is shown; those of the whole console are there always. An action
 * with keys can be called by them wherever the focus is not in a field.
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Action {
  /** Unique among the actions that are there together. */
  readonly id: string;
  readonly title: string;
  /** A key, such as `n`, or keys one after the other, such as `g k`. */
  readonly keys?: string;
  readonly run: () => void;
}

export const actions = signal<readonly Action[]>([]);

/** Adds actions; answers a function that takes them away. */
export function addActions(added: readonly Action[]): () => void {
  actions.value = [...actions.value, ...added];
  return () => (actions.value = actions.value.filter((action) => !added.includes(action)));
}

/** Adds actions for as long as the component is shown. `made` is called again when one of `inputs` has changed. */
export function useActions(made: () => readonly Action[], inputs: readonly unknown[] = []): void {
  useEffect(() => addActions(made()), inputs);
}

/** Time between the keys of a sequence, in milliseconds. */
const SEQUENCE_MS = 1200;

let typed = "";
let typedAt = 0;

/** Runs the action of the keys that were typed. Answers whether there was one. */
export function runKeys(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return false;
  typed = event.timeStamp - typedAt > SEQUENCE_MS ? event.key : `${typed} ${event.key}`;
  typedAt = event.timeStamp;
  const found =
    actions.value.findLast(({ keys }) => keys === typed) ?? actions.value.findLast(({ keys }) => keys === event.key);
  if (found === undefined) return false;
  typed = "";
  event.preventDefault();
  found.run();
  return true;
}

function isField(target: EventTarget | null): boolean {
  const [inner] =
    target instanceof Element && target.shadowRoot !== null ? [target.shadowRoot.activeElement] : [target];
  return inner instanceof HTMLElement && (inner.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(inner.tagName));
}
