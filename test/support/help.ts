/** The reply to HELP of a container. `test/oracle/help.test.ts` compares its form with redis-server's. */
import { TestEngine } from "./engine.ts";

/** As JSON, for a contract suite. */
export function helpOf(container: string): string {
  const lines = new TestEngine().send(container, "HELP") as readonly { readonly text: string }[];
  return JSON.stringify(lines.map(({ text }) => text));
}
