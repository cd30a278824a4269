/** Asks until the answer is as wanted; each answer is a turn of the event loop, so no test sleeps. */
export async function until(ask: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await ask())) await new Promise((resolve) => setImmediate(resolve));
}
