/** Splits a line into words as redis-cli does: spaces between words, "…" with escapes, '…' without. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const token = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+))/gy;
  let match;
  while ((match = token.exec(line)) !== null) {
    if (match[1] !== undefined) words.push(unescape(match[1]));
    else if (match[2] !== undefined) words.push(match[2].replace(/\\'/g, "'"));
    else words.push(match[3]!);
  }
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

function unescape(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
