/** What a part of the screen shows, asked for when it opens and again on demand. */
import { useEffect, useState } from "preact/hooks";
import { explain } from "../app/session.ts";

interface Loaded<T> {
  /** What was loaded last; it stays while it is loaded again. */
  readonly data: T | undefined;
  /** Why it could not be loaded. */
  readonly problem: string | undefined;
  readonly reload: () => void;
}

/** Loads when the component is shown, and when one of `inputs` has changed. */
export function useLoaded<T>(load: () => Promise<T>, inputs: readonly unknown[] = []): Loaded<T> {
  const [state, setState] = useState<{ data?: T; problem?: string }>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    load().then(
      (data) => isCurrent && setState({ data }),
      (error: unknown) => isCurrent && setState((last) => ({ ...last, problem: explain(error) })),
    );
    return () => {
      isCurrent = false;
    };
  }, [round, ...inputs]);
  return { data: state.data, problem: state.problem, reload: () => setRound((n) => n + 1) };
}
