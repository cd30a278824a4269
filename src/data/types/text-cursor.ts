/** A position in a text, from which a parser takes tokens. Parsers extend it. Cost: that of the token taken. */
export class TextCursor {
  protected readonly text: string;
  /** Index of the next char. */
  protected at = 0;

  constructor(text: string) {
    this.text = text;
  }

  protected get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Takes a token, if it comes next; answers whether it did. */
  protected take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  /** Takes what a sticky pattern matches here; undefined when it does not match. */
  protected match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at += match[0].length;
    return match;
  }
}
