/** Asks the server for something when a part of the page is shown, and again when it is told to. */
import { useEffect, useState } from "preact/hooks";
import { explain } from "../app/session.ts";
import { ConnectionError } from "../client/rest-client.ts";

/** Time between two questions while the server does not answer. */
const AWAY_MS = 2000;

interface Reading<T> {
  /** The latest answer; undefined until there is one. */
  readonly value: T | undefined;
  /** Why the last time there was none. */
  readonly problem: string | undefined;
  readonly read: () => void;
}

/** `everyMs` asks again after that time, for as long as the part is shown and the page is seen. */
export function useReading<T>(ask: () => Promise<T>, everyMs?: number): Reading<T> {
  const [value, setValue] = useState<T>();
  const [problem, setProblem] = useState<string>();
  const [isAway, setAway] = useState(false);
  const read = (): void => {
    ask().then(
      (answer) => {
        setValue(answer);
        setProblem(undefined);
        setAway(false);
      },
      (error: unknown) => {
        setProblem(explain(error));
        setAway(error instanceof ConnectionError);
      },
    );
  };
  useEffect(() => {
    read();
  }, []);
  const intervalMs = isAway ? AWAY_MS : everyMs;
  useEffect(() => {
    if (intervalMs === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) read();
    }, intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return { value, problem, read };
}
