/** What the views of values are made of, without a page: formats, digits, JSON as text, rows, windows, projections. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { encode, ExtData } from "@msgpack/msgpack";
import * as fc from "fast-check";
import { fromBytes, toBytes } from "../../console/src/client/bytes.ts";
import type { Reply } from "../../console/src/client/reply.ts";
import { ByteSource, PART_BYTES } from "../../console/src/values/byte-source.ts";
import { draftOf, isCompact, textOf } from "../../console/src/values/drafts.ts";
import { groupsOf } from "../../console/src/values/field-deadlines.ts";
import { formatsOf, formatsOfHead, textIn } from "../../console/src/values/formats.ts";
import { areGeoScores, boundsOf, linesBetween, Projection } from "../../console/src/values/geo.ts";
import { asciiOf, base64Of, hexOf, offsetOf, parseBase64, parseHex, splice } from "../../console/src/values/hex.ts";
import { isJson, JsonTextError, minify, pretty } from "../../console/src/values/json-text.ts";
import { showMessagePack } from "../../console/src/values/message-pack.ts";
import { remainingText, secondsOf } from "../../console/src/values/remaining.ts";
import { Scan } from "../../console/src/values/scan.ts";
import { idBefore, isAfter, timeOf } from "../../console/src/values/stream-entries.ts";
import { rowRange, TEXT_ROW_BYTES } from "../../console/src/values/text-rows.ts";
import { unpack } from "../../console/src/values/unpack.ts";
import { lineOf, segmentsOf, sequenceBytes } from "../../console/src/values/visible.ts";
import { Windows, windowSize } from "../../console/src/values/windows.ts";

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const anyBytes = fc.uint8Array({ maxLength: 300 });
const plain = (bytes: Uint8Array): number[] => [...bytes];

describe("what is shown of bytes", () => {
  test("nothing is hidden: controls, marks of direction and bytes that are no UTF-8 are escaped", () => {
    assert.equal(lineOf(bytesOf("a\tb\r\n\0\u202eé<b>\u200b\ufeff")), "a\\tb\\r\\n\\x00\\u202eé<b>\\u200b\\ufeff");
    assert.equal(lineOf(Uint8Array.of(0x61, 0xff, 0xc3, 0xe2, 0x82)), "a\\xff\\xc3\\xe2\\x82");
    assert.deepEqual(segmentsOf(bytesOf("\\n\n")), [
      { text: "\\n", isEscape: false },
      { text: "\\n", isEscape: true },
    ]);
    const hidden = /[\p{Cc}\p{Bidi_Control}\u200b\u2028\u2029\ufeff]/u;
    fc.assert(fc.property(anyBytes, (bytes) => assert.doesNotMatch(lineOf(bytes), hidden)));
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => assert.doesNotMatch(lineOf(bytesOf(text)), hidden)));
  });

  test("characters are found as a strict decoder finds them", () => {
    fc.assert(
      fc.property(fc.oneof(anyBytes, fc.string({ unit: "binary" }).map(bytesOf)), (bytes) => {
        let at = 0;
        while (at < bytes.length && sequenceBytes(bytes, at) > 0) at += sequenceBytes(bytes, at);
        assert.equal(at === bytes.length, textIn(bytes) !== undefined);
      }),
    );
  });

  test("rows of a text part it between characters, and leave nothing out", () => {
    const text = fc
      .array(fc.constantFrom("a", "é", "漢", "😀", "\n"), { maxLength: 400 })
      .map((all) => bytesOf(all.join("")));
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 500 })), (bytes) => {
        const isText = textIn(bytes) !== undefined;
        const rows: number[] = [];
        for (let i = 0; i < Math.ceil(bytes.length / TEXT_ROW_BYTES); i++) {
          const row = rowRange(i, bytes.length, (from, to) => bytes.subarray(from, to))!;
          assert.equal(row.at, rows.length);
          if (isText) assert.notEqual(textIn(row.bytes), undefined);
          rows.push(...row.bytes);
        }
        assert.deepEqual(rows, plain(bytes));
      }),
    );
  });
});

describe("digits", () => {
  test("hexadecimal and Base64 give back the bytes, in whatever form they are pasted", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        assert.deepEqual(plain(parseHex(hexOf(bytes))!), plain(bytes));
        assert.deepEqual(plain(parseBase64(base64Of(bytes))!), plain(bytes));
        assert.deepEqual(plain(parseBase64(Buffer.from(bytes).toString("base64url"))!), plain(bytes));
      }),
    );
    assert.deepEqual(plain(parseHex("0A\n0b0c")!), [10, 11, 12]);
    for (const wrong of ["0", "0g", "0x00"]) assert.equal(parseHex(wrong), undefined);
    for (const wrong of ["A", "ab!d", "a=b="]) assert.equal(parseBase64(wrong), undefined);
  });

  test("a row has an offset, digits and ASCII", () => {
    assert.equal(offsetOf(16, 1000), "00000010");
    assert.equal(offsetOf(0, 2 ** 33), "000000000");
    assert.equal(asciiOf(Uint8Array.of(0x41, 0, 0x7f, 0x7e)), "A..~");
    assert.deepEqual(plain(splice(Uint8Array.of(1, 2, 3), 1, 1, Uint8Array.of(8, 9))), [1, 8, 9, 3]);
  });
});

describe("JSON as text", () => {
  const json = fc.json({ maxDepth: 5 });

  test("indenting and making compact change white space only", () => {
    fc.assert(
      fc.property(json, (text) => {
        const indented = pretty(text);
        assert.equal(minify(indented), minify(text));
        assert.equal(pretty(indented), indented);
        assert.deepEqual(JSON.parse(indented), JSON.parse(text));
      }),
    );
  });

  test("digits, order, names that occur twice and escapes stay as they are", () => {
    const text = '{"b":12345678901234567890.10,"a":-0,"b":1e400,"__proto__":"\\u202e\\/","":[]}';
    assert.equal(minify(pretty(text)), text);
    assert.equal(
      pretty(text),
      '{\n  "b": 12345678901234567890.10,\n  "a": -0,\n  "b": 1e400,\n  "__proto__": "\\u202e\\/",\n  "": []\n}',
    );
    assert.ok(isCompact(text) && !isCompact(pretty(text)) && !isCompact("{"));
  });

  test("what is JSON is what JSON.parse takes", () => {
    const isParsed = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const broken = fc
      .tuple(json, fc.nat(), fc.constantFrom("", ",", ":", '"', "]", "}", "[", "{", "0", "\\", "\n", "e", "tru"))
      .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1));
    fc.assert(
      fc.property(broken, (text) => assert.equal(isJson(text), isParsed(text), text)),
      { numRuns: 2000 },
    );
    for (const text of [
      "",
      " ",
      "[1,]",
      "[,1]",
      '{"a"}',
      '{"a":1,}',
      "01",
      "1.",
      "nul",
      '"\t"',
      "[1] 2",
      '"\\x"',
      "{1:2}",
    ]) {
      assert.equal(isJson(text), false, text);
    }
  });

  test("an error says where", () => {
    assert.throws(
      () => minify('{\n  "a": 1,\n  b\n}'),
      (error) => error instanceof JsonTextError && error.line === 3 && error.column === 3,
    );
    assert.throws(() => draftOf('{"a":', "json", true)(), /line 1, column 6/);
  });

  test("a deep document is no recursion", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    assert.equal(minify(deep), deep);
  });
});

describe("drafts", () => {
  test("each format writes back what it has read", () => {
    const text = fc.string({ unit: "binary" }).map(bytesOf);
    fc.assert(
      fc.property(text, (bytes) => {
        for (const format of ["text", "hex", "base64"] as const) {
          assert.deepEqual(plain(draftOf(textOf(bytes, format), format, false)()), plain(bytes));
        }
      }),
    );
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }).map(minify), (json) => {
        assert.equal(fromBytes(draftOf(textOf(bytesOf(json), "json"), "json", true)()), fromBytes(bytesOf(json)));
      }),
    );
    assert.equal(textIn(draftOf("a\r\nb\r\n", "text", false)()), "a\r\nb\r\n");
  });

  test("what is not complete says what is missing", () => {
    assert.throws(() => draftOf("0", "hex", false)(), /two for each byte/);
    assert.throws(() => draftOf("?", "base64", false)(), /Base64/);
  });
});

describe("formats", () => {
  const best = (bytes: Uint8Array): string => formatsOf(bytes).formats[0]!;

  test("are found by the bytes", () => {
    assert.equal(best(bytesOf("hello\r\n")), "text");
    assert.equal(best(new Uint8Array()), "text");
    assert.equal(best(bytesOf(' {"a": [1]}\n')), "json");
    assert.equal(best(bytesOf("{a}")), "text");
    assert.deepEqual(formatsOf(new Uint8Array(3_000_000).fill(0x20)).formats, ["hex"]);
    assert.equal(best(Uint8Array.of(0, 1, 2)), "hex");
    assert.equal(best(Uint8Array.of(0xff, 0xfe)), "hex");
    assert.equal(best(gzipSync("x")), "unpacked");
    assert.equal(best(deflateSync("some text, some text")), "unpacked");
    assert.equal(best(encode({ a: 1, b: new Uint8Array(200).fill(255) })), "msgpack");
    assert.equal(best(bytesOf(`HYLL${"\0".repeat(20)}`)), "hll");
    assert.equal(formatsOf(bytesOf('<?xml version="1.0"?>\n<svg xmlns="x"></svg>')).imageType, "image/svg+xml");
    assert.equal(formatsOf(toBytes("\x89PNG\r\n\x1a\n")).imageType, "image/png");
    assert.equal(formatsOf(bytesOf("RIFF0000WEBP")).imageType, "image/webp");
  });

  test("text is offered where it loses nothing", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const { formats } = formatsOf(bytes);
        assert.equal(formats.includes("text"), textIn(bytes) !== undefined);
        assert.ok(formats.includes("hex") && formats.includes("base64"));
      }),
    );
  });

  test("a value in parts is text although its first part ends inside a character", () => {
    assert.equal(formatsOfHead(bytesOf("aé漢").subarray(0, -1)).formats[0], "text");
    assert.equal(formatsOfHead(Uint8Array.of(0x61, 0xff, 0x61)).formats[0], "hex");
  });

  test("MessagePack shows every kind, and names that objects could not have", () => {
    const value = {
      __proto__x: 1,
      2: 2n ** 63n,
      "1": [null, Number.NaN],
      bin: Uint8Array.of(255),
      ext: new ExtData(7, Uint8Array.of(1)),
    };
    assert.equal(
      showMessagePack(encode(value, { useBigInt64: true })),
      '{\n  "1": [\n    null,\n    NaN\n  ],\n  "2": 9223372036854775808,\n  "__proto__x": 1,\n  "bin": bytes(ff),\n  "ext": ext(7, 01)\n}',
    );
    // {"__proto__": 1, 5: 2}, which an encoder of objects does not write.
    const hostile = Uint8Array.of(0x82, 0xa9, ...Buffer.from("__proto__"), 1, 5, 2);
    assert.equal(showMessagePack(hostile), '{\n  "__proto__": 1,\n  5: 2\n}');
    assert.throws(() => showMessagePack(Uint8Array.of(0x82, 1)));
  });

  test("what decompresses to too much is not read to its end", async () => {
    assert.equal(textIn(await unpack(gzipSync("zipped"), "gzip")), "zipped");
    assert.equal(textIn(await unpack(deflateSync("zipped"), "deflate")), "zipped");
    await assert.rejects(unpack(gzipSync(Buffer.alloc(17 * 1024 * 1024)), "gzip"), /more than 16,777,216 bytes/);
    await assert.rejects(unpack(gzipSync("zipped").subarray(0, 12), "gzip"));
  });
});

describe("values in parts", () => {
  test("a part is read once, and a range over two parts when both are there", async () => {
    const asked: number[] = [];
    let come = (): void => {};
    const value = new Uint8Array(3 * PART_BYTES).map((_, i) => i % 251);
    const read = async (from: number, to: number): Promise<Uint8Array> => {
      asked.push(from / PART_BYTES);
      return value.slice(from, to + 1);
    };
    const source = new ByteSource(value.length, read, () => come());
    const parts = new Promise<void>((resolve) => (come = () => asked.length === 2 && source.read(0, 1) && resolve()));
    assert.equal(source.read(PART_BYTES - 2, PART_BYTES + 2), undefined);
    assert.equal(source.read(PART_BYTES - 2, PART_BYTES + 2), undefined);
    await parts;
    assert.deepEqual(asked, [0, 1]);
    assert.deepEqual(
      plain(source.read(PART_BYTES - 2, PART_BYTES + 2)!),
      plain(value.slice(PART_BYTES - 2, PART_BYTES + 2)),
    );
    source.patch(PART_BYTES - 1, Uint8Array.of(7, 8));
    assert.deepEqual(plain(source.read(PART_BYTES - 1, PART_BYTES + 1)!), [7, 8]);
  });

  test("a part that cannot be read is asked for again when the person says so", async () => {
    let isDown = true;
    let come = (): void => {};
    const source = new ByteSource(
      10,
      async () => {
        if (isDown) throw new Error("down");
        return new Uint8Array(10);
      },
      () => come(),
    );
    const failed = new Promise<void>((resolve) => (come = resolve));
    source.read(0, 10);
    await failed;
    assert.equal((source.problem as Error).message, "down");
    isDown = false;
    const read = new Promise<void>((resolve) => (come = () => source.read(0, 10) !== undefined && resolve()));
    source.retry();
    await read;
  });

  test("windows show what they had while it is read again", async () => {
    let generation = "a";
    let come = (): void => {};
    const windows = new Windows<string>(
      10,
      async (from, count) => Array.from({ length: count }, (_, i) => `${generation}${from + i}`),
      () => come(),
    );
    const first = new Promise<void>((resolve) => (come = resolve));
    assert.equal(windows.get(25), undefined);
    await first;
    assert.equal(windows.get(25), "a25");
    generation = "b";
    come = () => {};
    windows.refresh();
    const second = new Promise<void>((resolve) => (come = resolve));
    assert.equal(windows.get(25), "a25");
    await second;
    assert.equal(windows.get(25), "b25");
  });

  test("a window of large values is small", () => {
    assert.equal(windowSize(100_000, 1000), 100);
    assert.equal(windowSize(100 * 1024 * 1024, 100), 1);
    assert.equal(windowSize(10 * 1024 * 1024, 100), 10);
    assert.equal(windowSize(0, 0), 100);
  });
});

describe("scans", () => {
  const bulk = (text: string): Reply => ({ kind: "bulk", bytes: bytesOf(text) });
  const page = (cursor: string, ...items: string[]): Reply => ({
    kind: "array",
    items: [bulk(cursor), { kind: "array", items: items.map(bulk) }],
  });

  test("show nothing twice, keep the latest value, and end complete", async () => {
    const pages = [page("5", "a", "1", "__proto__", "2"), page("9"), page("0", "a", "3", "constructor", "4")];
    const scan = new Scan({ ask: async () => pages.shift()! }, "HSCAN", "k", "");
    await scan.run();
    assert.equal(scan.state.value, "complete");
    assert.deepEqual(
      scan.elements.map(({ name, value }) => [name, textIn(value)]),
      [
        ["a", "3"],
        ["__proto__", "2"],
        ["constructor", "4"],
      ],
    );
    scan.remove("a");
    scan.change("constructor", bytesOf("5"));
    assert.deepEqual(
      scan.elements.map(({ name }) => name),
      ["__proto__", "constructor"],
    );
    assert.equal(textIn(scan.elements[1]!.value), "5");
  });

  test("ask for less when values are large, and go on after an error from where they were", async () => {
    const counts: string[] = [];
    let fails = true;
    const large = "x".repeat(3 * 1024 * 1024);
    const scan = new Scan(
      {
        async ask(words) {
          counts.push(`${words[2] as string}/${words.at(-1) as string}`);
          if (words[2] === "0") return page("7", "a", large);
          if (fails) throw new Error("away");
          return page("0", "b", "2");
        },
      },
      "HSCAN",
      "k",
      "",
    );
    await scan.run();
    assert.equal(scan.state.value, "failed");
    fails = false;
    await scan.run();
    assert.equal(scan.state.value, "complete");
    assert.deepEqual(counts, ["0/200", "7/50", "7/50"]);
    assert.deepEqual(
      scan.elements.map(({ value, length }) => [value.length, length]),
      [
        [4096, large.length],
        [1, 1],
      ],
    );
  });

  test("fields are asked about in requests that fit a path", () => {
    const fields = Array.from({ length: 1000 }, (_, i) => `${i}`.padStart(40, "\xff"));
    const groups = groupsOf([...fields, "x".repeat(100_000)]);
    assert.deepEqual(groups.flat(), fields);
    for (const group of groups) assert.ok(group.length <= 200 && group.join("").length <= 8192);
  });
});

describe("places on the earth", () => {
  const point = fc.record({
    name: fc.string(),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
    lat: fc.double({ min: -85, max: 85, noNaN: true }),
  });

  test("every point is inside of the plot", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 20 }), (points) => {
        const projection = new Projection(boundsOf(points), 800, 480);
        for (const { lon, lat } of points) {
          const [x, y] = [projection.x(lon), projection.y(lat)];
          assert.ok(x >= -1e-6 && x <= 800 + 1e-6 && y >= -1e-6 && y <= 480 + 1e-6, `${x} ${y}`);
        }
      }),
    );
  });

  test("north is up, east is right, and lines stand at round degrees", () => {
    const projection = new Projection(boundsOf([]), 800, 480);
    assert.ok(projection.y(10) < projection.y(0) && projection.x(10) > projection.x(0));
    assert.deepEqual(linesBetween(0.4, 5.2), [1, 2, 3, 4, 5]);
    fc.assert(
      fc.property(
        fc.double({ min: -180, max: 179, noNaN: true }),
        fc.double({ min: 0.01, max: 360, noNaN: true }),
        (from, span) => {
          assert.ok(linesBetween(from, from + span).length <= 14);
        },
      ),
    );
  });

  test("scores of GEOADD are told from others", () => {
    assert.ok(areGeoScores(["3479099956230698", "3479447370796909"]));
    for (const scores of [[], ["1", "2"], ["1700000000000"], ["1.5"], ["inf"], ["3479099956230698", "1"]]) {
      assert.equal(areGeoScores(scores), false);
    }
  });
});

describe("times and ids", () => {
  test("what is left is shown in two units", () => {
    const left = (ms: number): string => remainingText(ms, 0);
    assert.deepEqual(
      [left(999), left(61_000), left(3_600_000), left(90_061_000)],
      ["< 1 s", "1 min 1 s", "1 h", "1 d 1 h"],
    );
    assert.equal(remainingText(undefined), "–");
    assert.deepEqual([secondsOf("60"), secondsOf(" ")], [60, undefined]);
    for (const wrong of ["0", "-1", "1.5", "x"]) assert.throws(() => secondsOf(wrong), /whole number/);
  });

  test("ids are compared and counted as 128 bits", () => {
    assert.equal(idBefore("5-1"), "5-0");
    assert.equal(idBefore("5-0"), "4-18446744073709551615");
    assert.equal(idBefore("0-0"), undefined);
    assert.ok(isAfter("10-0", "9-99") && isAfter("5-10", "5-9") && !isAfter("5-9", "5-9"));
    assert.equal(timeOf("1700000000000-3"), "2023-11-14 22:13:20.000");
    assert.equal(timeOf("1-1"), "–");
  });
});
