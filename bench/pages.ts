/** Writes the plots, and the tables of `docs/performance.md`, from `docs/figures.json`. */
import { readFigures, readPage, withTables, writePage } from "./figures.ts";
import { writePlots } from "./plots.ts";

const figures = readFigures();
writePage(withTables(readPage(), figures));
writePlots(figures);
