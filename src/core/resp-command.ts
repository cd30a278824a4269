/**
 * A command in the Redis protocol, as clients send it and as append-only files and replicas have it: byte strings that
 * belong one after another. Short words are gathered in one; a word of more than {@link LONG_WORD_BYTES} is one by
 * itself, so that none is longer than a word may be.
 */
export function respCommand(words: readonly string[]): readonly string[] {
  const pieces: string[] = [];
  let text = `*${words.length}\r\n`;
  for (const word of words) {
    text += `$${word.length}\r\n`;
    if (word.length > LONG_WORD_BYTES) {
      pieces.push(text, word);
      text = "\r\n";
    } else {
      text += `${word}\r\n`;
      if (text.length > LONG_WORD_BYTES) {
        pieces.push(text);
        text = "";
      }
    }
  }
  if (text !== "") pieces.push(text);
  return pieces;
}

const LONG_WORD_BYTES = 16 * 1024;
