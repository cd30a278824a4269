/** The time, for what counts down. */
import { signal } from "@preact/signals";

let timer: ReturnType<typeof setInterval> | undefined;

/** Milliseconds since the epoch, renewed every second while somebody looks. */
export const nowMs = signal(Date.now(), {
  watched() {
    this.value = Date.now();
    timer = setInterval(() => (this.value = Date.now()), 1000);
  },
  unwatched() {
    clearInterval(timer);
  },
});
