import { setTimeout as pause } from "node:timers/promises";

/** Turns of the event loop after which what is waited for is another process, which needs the core. */
const TURNS_MAX = 100;

/** Asks until the answer is as wanted, in each turn of the event loop at first, then in each millisecond. */
export async function until(ask: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; !(await ask()); turn++) {
    if (turn < TURNS_MAX) await new Promise((resolve) => setImmediate(resolve));
    else await pause(1);
  }
}
