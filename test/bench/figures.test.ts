/** The tables and plots of the documents are those of the figures that a run has saved. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readFigures, readPage, withTables } from "../../bench/figures.ts";
import { plotsOf } from "../../bench/plots.ts";

const FOLDER = join(import.meta.dirname, "../../../docs/plots");

const figures = readFigures();

describe("docs/figures.json", () => {
  test("has every part that is shown", () => {
    assert.deepEqual(Object.keys(figures).toSorted(), ["gateway", "persistence", "resp", "rest"]);
  });

  test("the tables of docs/performance.md are made from it; npm run docs writes them", () => {
    const page = readPage();
    for (const part of Object.keys(figures)) assert.ok(page.includes(`<!-- ${part} -->\n\n`), part);
    assert.ok(page === withTables(page, figures), "docs/performance.md is out of date");
  });

  test("the plots are drawn from it; npm run docs writes them", () => {
    const drawn = plotsOf(figures);
    assert.deepEqual(readdirSync(FOLDER).toSorted(), Object.keys(drawn).toSorted());
    for (const [name, svg] of Object.entries(drawn)) {
      assert.ok(readFileSync(join(FOLDER, name), "utf8") === svg, `docs/plots/${name} is out of date`);
    }
  });
});

describe("a plot", () => {
  for (const [name, svg] of Object.entries(plotsOf(figures))) {
    test(`${name} says what it shows, and loads nothing`, () => {
      const [head] = /^<svg [^>]*>/.exec(svg)!;
      assert.match(head, / role="img"/);
      assert.match(head, / aria-labelledby="title description"/);
      const [, title] = /<title id="title">([^<]+)<\/title>/.exec(svg)!;
      const [, description] = /<desc id="description">([^<]+)<\/desc>/.exec(svg)!;
      assert.ok(title!.length > 10 && description!.length > 50);
      assert.doesNotMatch(svg.replaceAll("http://www.w3.org/", ""), /https?:|url\(|@import|@font-face|<image/);
    });

    test(`${name} has text of 10 pixels or more where a page is 360 pixels wide`, () => {
      const [, width] = /viewBox="0 0 (\d+) /.exec(svg)!;
      const [, size] = /font-size:(\d+)px/.exec(svg)!;
      // A page of 360 pixels has margins of 16.
      assert.ok((Number(size) * 328) / Number(width) >= 10);
    });
  }

  test("shows every figure of a server in its description", () => {
    const light = plotsOf(figures)["rest-light.svg"]!;
    const ours = figures.rest!.rows.filter(({ name, server }) => server === "stashd" && !name.includes("pipeline"));
    for (const { perSecond } of ours) assert.ok(light.includes(Math.round(perSecond).toLocaleString("en")));
  });
});
