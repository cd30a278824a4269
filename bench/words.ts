/** Words as a door hands them on: flat strings of their own. What a template makes is a tree of its parts. */
export function asFromSocket(words: readonly string[]): string[] {
  return words.map((word) => Buffer.from(word, "latin1").latin1Slice());
}
