/** Asks again and again while a view is shown. */
import { useEffect, useRef } from "preact/hooks";

/** Milliseconds between the end of one question and the next. */
const POLL_MS = 1000;

/** `ask` must not reject. It is called at once when `version` changes, and never twice at a time. */
export function usePolling(isOn: boolean, version: number, ask: () => Promise<void>): void {
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (!isOn) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hasEnded = false;
    const poll = async (): Promise<void> => {
      // A page that nobody sees asks nothing.
      if (!document.hidden) await latest.current();
      if (!hasEnded) timer = setTimeout(() => void poll(), POLL_MS);
    };
    timer = setTimeout(() => void poll(), version === 0 ? POLL_MS : 0);
    return () => {
      hasEnded = true;
      clearTimeout(timer);
    };
  }, [isOn, version]);
}
