/** Questions about JSON text that need no parser. */

/**
 * A walk over JSON text, which may stop between the elements of the outermost array. It sees brackets, commas and
 * strings only: of text that is no JSON, its figures mean nothing. Linear in the text.
 */
export class JsonScan {
  /** The number of values so far, arrays and objects included, counted by commas and brackets outside of strings. */
  values = 1;
  /** Whether brackets nest deeper than allowed. The walk ends at the first one that does. */
  isTooDeep = false;
  private readonly text: string;
  private readonly depthMax: number;
  private depth = 0;

  constructor(text: string, depthMax: number) {
    this.text = text;
    this.depthMax = depthMax;
  }

  /**
   * Walks from `from`, the place behind the last stop, to the first comma between two elements that is at `least` or
   * behind it. Answers its index, or the text's length when there is none.
   */
  next(from: number, least: number): number {
    const { depthMax, text } = this;
    const { length } = text;
    let { depth, values } = this;
    let i = from;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code === 34) i = endOfString(text, i);
      else if (code === 91 || code === 123) {
        if (++depth > depthMax) break;
        values++;
      } else if (code === 44) {
        values++;
        if (depth === 1 && i >= least) break;
      } else if (code === 93 || code === 125) depth--;
    }
    this.depth = depth;
    this.values = values;
    this.isTooDeep = depth > depthMax;
    return this.isTooDeep ? length : Math.min(i, length);
  }
}

/** The number of values in JSON text; undefined if brackets nest deeper than `depthMax`. */
export function countValues(text: string, depthMax: number): number | undefined {
  const scan = new JsonScan(text, depthMax);
  scan.next(0, Infinity);
  return scan.isTooDeep ? undefined : scan.values;
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
