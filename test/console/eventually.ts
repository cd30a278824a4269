/** Waits for what a page comes to show by itself. */

/** How long a page may take, in milliseconds. The machines of CI are slow and busy. */
const PATIENCE_MS = 30_000;

/** Repeats a check until it holds; then fails as it did last. Each check asks the browser, which takes its time. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
  }
}
