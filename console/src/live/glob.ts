/** Redis's patterns: `*`, `?`, `[a-z]`, `[^a]`, and `\` before a char that means itself. */

/** Whether a byte string matches a pattern. The work is bounded by the product of both lengths. */
export function matches(pattern: string, text: string): boolean {
  // As in Redis, an empty text is matched by `*` itself and the empty pattern only.
  if (text === "") return pattern === "" || pattern === "*";
  let [p, t] = [0, 0];
  // Where the last `*` stands, and how much of the text it has taken.
  let [star, taken] = [-1, 0];
  while (t < text.length) {
    const end = p < pattern.length && pattern[p] !== "*" ? one(pattern, p, text[t]!) : undefined;
    if (end !== undefined) {
      p = end;
      t++;
    } else if (pattern[p] === "*") {
      star = p++;
      taken = t;
    } else if (star >= 0) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p >= pattern.length;
}

/** Where the part of a pattern that stands for one char ends, if it matches the char. */
function one(pattern: string, at: number, char: string): number | undefined {
  const mark = pattern[at]!;
  if (mark === "?") return at + 1;
  if (mark === "[") return oneOf(pattern, at + 1, char);
  if (mark === "\\" && at + 1 < pattern.length) return pattern[at + 1] === char ? at + 2 : undefined;
  return mark === char ? at + 1 : undefined;
}

function oneOf(pattern: string, from: number, char: string): number | undefined {
  const isNot = pattern[from] === "^";
  let at = isNot ? from + 1 : from;
  let isIn = false;
  for (; at < pattern.length && pattern[at] !== "]"; at++) {
    const isEscape = pattern[at] === "\\" && at + 1 < pattern.length;
    if (isEscape) at++;
    const low = pattern[at]!;
    // An escaped char begins no range.
    const isRange = !isEscape && pattern[at + 1] === "-" && at + 2 < pattern.length;
    const high = isRange ? pattern[at + 2]! : low;
    if (isRange) at += 2;
    if ((char >= low && char <= high) || (char >= high && char <= low)) isIn = true;
  }
  return isIn === isNot ? undefined : Math.min(at + 1, pattern.length);
}
