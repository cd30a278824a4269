import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FileError } from "../../src/persistence/file-error.ts";
import { formatManifest, parseManifest } from "../../src/persistence/manifest.ts";

const parse = (text: string) => parseManifest("m", text);

describe("a manifest", () => {
  test("is read as Redis writes it, and written so", () => {
    const text =
      "file appendonly.aof.2.base.rdb seq 2 type b\n" +
      "file appendonly.aof.1.base.rdb seq 1 type h\n" +
      "file appendonly.aof.3.incr.aof seq 3 type i\n" +
      "file appendonly.aof.4.incr.aof seq 4 type i\n";
    const manifest = parse(text);
    assert.deepEqual(manifest.base, { name: "appendonly.aof.2.base.rdb", sequence: 2 });
    assert.deepEqual(
      manifest.increments.map(({ sequence }) => sequence),
      [3, 4],
    );
    assert.equal(formatManifest(manifest), text);
  });

  test("may have comments, and names with anything in them", () => {
    const manifest = parse('# a comment\n\nfile "my \\"file\\" \\x41\\xff.aof" seq 1 type i\n');
    assert.equal(manifest.increments[0]!.name, 'my "file" A\xff.aof');
    assert.deepEqual(parse(formatManifest(manifest)), manifest);
  });

  test("says how much of a part counts", () => {
    const text = "file appendonly.aof.1.incr.aof seq 1 type i bytes 12\nfile appendonly.aof.2.incr.aof seq 2 type i\n";
    assert.deepEqual(
      parse(text).increments.map(({ bytes }) => bytes),
      [12, undefined],
    );
    assert.equal(formatManifest(parse(text)), text);
  });

  test("that no server writes is refused", () => {
    for (const text of [
      "",
      "hello\n",
      "file a seq 1\n",
      "file a seq x type b\n",
      "file a seq 0 type b\n",
      "file a seq 1 type z\n",
      "file a seq 1 type i bytes x\n",
      "file a seq 1 type i bytes -1\n",
      'file "a seq 1 type b\n',
      "file a seq 1 type b\nfile b seq 2 type b\n",
      "file a seq 1 type b\vfile b seq 2 type i\n",
      "file a seq 1 type b bytes\n",
      "file a seq 2 type i\nfile b seq 2 type i\n",
    ]) {
      assert.throws(() => parse(text), FileError, JSON.stringify(text));
    }
  });

  test("that names files elsewhere is refused", () => {
    for (const name of ["../a", "/etc/passwd", "..", ".", '""', '"a/b"', '"a\\x00"', "a\\\\b"]) {
      assert.throws(() => parse(`file ${name} seq 1 type b\n`), FileError, name);
    }
  });
});
