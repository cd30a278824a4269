/** The tables and plots of the documents, which are made from the saved figures. */
import { readPage, withTables, writePage } from "./figures.ts";
import type { Figures } from "./figures.ts";
import { writePlots } from "./plots.ts";

export function writeDocuments(figures: Figures): void {
  writePage(withTables(readPage(), figures));
  writePlots(figures);
}
