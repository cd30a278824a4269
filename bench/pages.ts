/** Writes the plots, and the tables of `docs/performance.md`, from `docs/figures.json`. */
import { writeDocuments } from "./documents.ts";
import { readFigures } from "./figures.ts";

writeDocuments(readFigures());
