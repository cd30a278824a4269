/** Reads a Dockerfile, as far as its tests need. */

interface Instruction {
  readonly name: string;
  /** What follows the name, lines that are continued joined by one space. */
  readonly value: string;
}

/** The instructions in their order. Throws for a line that is none. */
export function instructionsOf(text: string): Instruction[] {
  const lines = text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replaceAll(/\s*\\\n\s*/g, " ")
    .split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name, value] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`no instruction: ${line}`);
      return { name, value };
    });
}
