/** Windows of a list for as long as a view is shown. */
import { useEffect, useMemo, useReducer, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { numberOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { Windows, windowSize } from "./windows.ts";

interface Query<T> {
  /** The command that counts the items. */
  readonly counting: readonly Word[];
  /** The command that reads items from an index on. */
  readonly reading: (from: number, count: number) => readonly Word[];
  readonly items: (reply: Reply) => readonly T[];
}

/** `inputs` are what the query is made of: other ones begin again, another version reads what is in sight again. */
export function useWindows<T>(key: ByteString, version: number, query: Query<T>, inputs: readonly unknown[]) {
  const { client } = theSession();
  const [count, setCount] = useState<number>();
  const [problem, setProblem] = useState<string>();
  const [size, setSize] = useState<number>();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const windows = useMemo(() => {
    const load = async (from: number, count: number): Promise<readonly T[]> =>
      query.items(await client.send(query.reading(from, count)));
    return new Windows<T>(size ?? 1, load, () => redraw(undefined));
  }, [client, key, size, ...inputs]);
  const measure = async (): Promise<void> => {
    try {
      const count = numberOf(await client.send(query.counting));
      if (size === undefined) {
        const memory = await client.ask(["MEMORY", "USAGE", key, "SAMPLES", "5"]);
        setSize(windowSize(memory.kind === "integer" ? numberOf(memory) : 0, count));
      }
      setCount(count);
      setProblem(undefined);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  const refresh = (): void => {
    windows.refresh();
    void measure();
  };
  useEffect(refresh, [windows, version]);
  const shownProblem = problem ?? (windows.problem === undefined ? undefined : explain(windows.problem));
  return { count, get: (index: number) => windows.get(index), refresh, problem: shownProblem };
}
