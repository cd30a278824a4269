/** Short messages that go by themselves, read out by screen readers. Errors stay until they are closed. */
import { signal } from "@preact/signals";
import { TEXTS } from "../texts.ts";
import { IconButton } from "./controls.tsx";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isError: boolean;
}

const toasts = signal<readonly Toast[]>([]);

const SHOWN_MS = 5000;
const SHOWN_MAX = 5;
let nextId = 1;

function show(text: string, isError: boolean): void {
  const id = nextId++;
  toasts.value = [...toasts.value, { id, text, isError }].slice(-SHOWN_MAX);
  if (!isError) setTimeout(() => close(id), SHOWN_MS);
}

function close(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Says that something was done. */
export const say = (text: string): void => show(text, false);

/** Says what went wrong. */
export const complain = (text: string): void => show(text, true);

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, isError, text }) => (
        <div key={id} class={isError ? "toast toast-error" : "toast"} role={isError ? "alert" : undefined}>
          <span>{text}</span>
          <IconButton icon="close" label={TEXTS.app.close} onClick={() => close(id)} />
        </div>
      ))}
    </div>
  );
}
