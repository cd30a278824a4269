/** The longest common subsequence of two byte strings, by the classic table of (a + 1) · (b + 1) lengths. */

/** A stretch of both strings: its start in each, and its length. */
interface Match {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

/** The subsequence, and the stretches that it consists of, last first as in Redis. */
export function longestCommonSubsequence(a: string, b: string): { text: string; matches: Match[] } {
  const lengths = lengthTable(a, b);
  const width = b.length + 1;
  const chars: string[] = [];
  const matches: Match[] = [];
  let i = a.length;
  let j = b.length;
  let run = 0;
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      chars.push(a[i - 1]!);
      i--;
      j--;
      run++;
      continue;
    }
    if (run > 0) matches.push({ a: i, b: j, length: run });
    run = 0;
    if (lengths[(i - 1) * width + j]! > lengths[i * width + j - 1]!) i--;
    else j--;
  }
  if (run > 0) matches.push({ a: i, b: j, length: run });
  return { text: chars.reverse().join(""), matches };
}

/** The table, of numbers wide enough for the length of the shorter string, which no entry exceeds. */
function lengthTable(a: string, b: string): Uint16Array | Uint32Array {
  const width = b.length + 1;
  const cells = (a.length + 1) * width;
  const table = Math.min(a.length, b.length) < 2 ** 16 ? new Uint16Array(cells) : new Uint32Array(cells);
  for (let i = 1; i <= a.length; i++) {
    const code = a.charCodeAt(i - 1);
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      table[at] =
        code === b.charCodeAt(j - 1) ? table[at - width - 1]! + 1 : Math.max(table[at - width]!, table[at - 1]!);
    }
  }
  return table;
}
