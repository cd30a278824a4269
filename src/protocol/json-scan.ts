/** Questions about JSON text that need no parser. */

/**
 * The number of values in JSON text, arrays and objects included, counted by commas and brackets outside of strings; of
 * text that is no JSON, some number. Undefined if brackets nest deeper than `depthMax`. Linear in the text; stops at the
 * first bracket that is too deep.
 */
export function countValues(text: string, depthMax: number): number | undefined {
  let depth = 0;
  let values = 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) i = endOfString(text, i);
    else if (code === 91 || code === 123) {
      if (++depth > depthMax) return undefined;
      values++;
    } else if (code === 44) values++;
    else if (code === 93 || code === 125) depth--;
  }
  return values;
}

/** The index of the quote that closes the string opened at `from`, or the text's length. */
export function endOfString(text: string, from: number): number {
  for (let at = from; ;) {
    const quote = text.indexOf('"', at + 1);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === 92) backslashes++;
    if (backslashes % 2 === 0) return quote;
    at = quote;
  }
}
