/** INFO's text as sections of fields. */

interface InfoSection {
  readonly section: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** The sections in the order of the text. A value may have colons. */
export function parseInfo(text: string): InfoSection[] {
  const sections: { section: string; fields: (readonly [string, string])[] }[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("# ")) sections.push({ section: line.slice(2), fields: [] });
    else if (line !== "") {
      const colon = line.indexOf(":");
      sections.at(-1)?.fields.push([line.slice(0, colon), line.slice(colon + 1)]);
    }
  }
  return sections;
}
