/** Counts in texts. */

/** A count with its noun: `1 key`, `2,000 keys`. */
export function amount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}
