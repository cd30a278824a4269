/** The manual of the transactions commands; `manual.ts` tells how it is written. */
export const transactionsManual = `
DISCARD
  O(N), N commands queued

EXEC
  depends on the commands

MULTI
  O(1)

UNWATCH
  O(1)

WATCH key …
  O(1) for each key
`;
