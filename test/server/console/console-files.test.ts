/** The console's files: that they stay small. How they are served is tested with the route. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { BUNDLED_PACKAGES, CONSOLE_FILES, FIRST_SCREEN } from "../../../src/server/console-files.generated.ts";
import { ROOT } from "../../support/packed.ts";
import { fileAt } from "../../../src/server/console/console-files.ts";

/** Bytes of all files, compressed. */
const ALL_BYTES_MAX = 350_000;

/** Bytes of the files that a browser loads before it shows the first screen, compressed. */
const FIRST_SCREEN_BYTES_MAX = 130_000;

const bytesOf = (names: readonly string[]): number =>
  names.reduce((sum, name) => sum + Buffer.from(CONSOLE_FILES[name]![1], "base64").length, 0);

describe("the console's files", () => {
  test("take at most 350 kB, and those of the first screen 130 kB", () => {
    const all = Object.keys(CONSOLE_FILES);
    assert.ok(bytesOf(all) <= ALL_BYTES_MAX, `${bytesOf(all)} bytes`);
    assert.ok(bytesOf(FIRST_SCREEN) <= FIRST_SCREEN_BYTES_MAX, `${bytesOf(FIRST_SCREEN)} bytes`);
  });

  test("of the first screen are the page and what it names", () => {
    const page = fileAt("index.html")!.body;
    const named = [...page.matchAll(/console\/(assets\/[\w.-]+)/g)].map(([, name]) => name!);
    assert.ok(named.length > 0);
    for (const name of ["index.html", ...named]) assert.ok(FIRST_SCREEN.includes(name), name);
  });

  test("have names that change with what they hold, but for the page", () => {
    const lasting = Object.keys(CONSOLE_FILES).filter((name) => !/^assets\/[\w.-]+-[a-z0-9]{8}\.\w+$/.test(name));
    assert.deepEqual(lasting, ["index.html"]);
  });

  test("hold packages whose licences stand in THIRD-PARTY.md, with their copyright, and no other stands there", () => {
    const [, section] = readFileSync(join(ROOT, "THIRD-PARTY.md"), "utf8").split("\n## In the console\n");
    const rows = [...section!.matchAll(/^\| (`.*`) \| (\w+) \| (.*) \|$/gm)].flatMap(([, names, licence, copyright]) =>
      names!.split(", ").map((name) => [name.slice(1, -1), licence!, copyright!] as const),
    );
    assert.deepEqual(rows.map(([name]) => name).sort(), [...BUNDLED_PACKAGES].sort());
    for (const [name, licence, copyright] of rows) {
      const folder = join(ROOT, "node_modules", name);
      const { license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { license: string };
      assert.equal(license, licence, name);
      const file = readdirSync(folder).find((one) => /^LICEN[CS]E/i.test(one))!;
      assert.ok(readFileSync(join(folder, file), "utf8").includes(copyright), `${name}: ${copyright}`);
    }
  });
});
