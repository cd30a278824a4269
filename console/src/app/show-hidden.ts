/** Long text with what cannot be seen made visible, laid out in lines as it is. */

/** Controls, marks that turn the direction of text around or have no width, other line ends, halves of a pair. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Shows each hidden char as `\u{202e}`. Line breaks and tabs stay. */
export const showHidden = (text: string): string =>
  text.replace(HIDDEN, (char) =>
    char === "\n" || char === "\t" ? char : `\\u{${char.codePointAt(0)!.toString(16).padStart(4, "0")}}`,
  );
