/** The table of `docs/compatibility.md`. A run changes the figures of a row; its other cells and all reasons are written by hand. */

const BEGIN = "<!-- rows: npm run compatibility changes version, run, passed and of -->\n";
const END = "<!-- /rows -->";

/** The cells that a run fills in. */
export interface Figures {
  readonly version: string;
  /** The day, as 2026-11-30. */
  readonly run: string;
  readonly passed: number;
  readonly of: number;
}

/** The cells of each row, the head's included and the rule below it left out. */
export function rowsOf(page: string): string[][] {
  const [head = "", , ...rows] = tableOf(page).trimEnd().split("\n");
  return [head, ...rows].map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The page with the figures of one row. Throws when there is no such row. */
export function withFigures(page: string, row: string, figures: Figures): string {
  const table = tableOf(page);
  const [head = [], ...rows] = rowsOf(page);
  const found = rows.find(([suite]) => suite === row);
  if (found === undefined) throw new Error(`docs/compatibility.md has no row ${row}`);
  const filled = head.map((name, i) => (name in figures ? String(figures[name as keyof Figures]) : found[i]!));
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return page.replace(table, () => table.replace(line(found), () => line(filled)));
}

function tableOf(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error("docs/compatibility.md has no marks around its rows");
  return page.slice(begin + BEGIN.length, end);
}
