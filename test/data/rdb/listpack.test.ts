import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ListpackWriter, packedBytes, readListpack } from "../../../src/data/rdb/listpack.ts";
import { RdbError } from "../../../src/data/rdb/rdb-error.ts";
import { le, listpack } from "../../support/rdb-bytes.ts";

function written(elements: readonly string[]): Buffer {
  const writer = new ListpackWriter();
  for (const element of elements) writer.append(element);
  return writer.finish();
}

const EDGES = [
  "0",
  "127",
  "128",
  "-1",
  "4095",
  "4096",
  "-4096",
  "-4097",
  "32767",
  "32768",
  "-32768",
  "-32769",
  "8388607",
  "8388608",
  "-8388608",
  "-8388609",
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "",
  "-0",
  "01",
];
const LENGTHS = [1, 62, 63, 64, 125, 126, 127, 4095, 4096, 16_379, 16_380, 16_381, 16_382, 2_097_145, 2_097_146];

describe("a listpack", () => {
  test("gives back its elements", () => {
    const elements = [...EDGES, ...LENGTHS.map((length) => "x".repeat(length))];
    assert.deepEqual(readListpack(written(elements)), elements);
    assert.deepEqual(readListpack(written([])), []);
  });

  test("is what the format says", () => {
    assert.equal(written(["a", "5", "", "127"]).latin1Slice(), listpack(["a", 5, "", 127]));
    assert.equal(written(["-1"]).latin1Slice(), `${le(10, 4)}\x01\x00\xdf\xff\x02\xff`);
    assert.equal(written(["300"]).latin1Slice(), `${le(10, 4)}\x01\x00\xc1\x2c\x02\xff`);
    assert.equal(written(["-2"]).length, 10);
  });

  test("says how long it is, and that no element takes more than announced", () => {
    for (const element of [...EDGES, ...LENGTHS.map((length) => "x".repeat(length))]) {
      const writer = new ListpackWriter();
      writer.append(element);
      assert.ok(writer.length - 7 <= packedBytes(element), element);
      assert.equal(writer.length, writer.finish().length);
    }
  });

  test("holds more elements than its header can tell", () => {
    const elements = Array.from({ length: 70_000 }, (_, i) => String(i));
    const bytes = written(elements);
    assert.equal(bytes.readUInt16LE(4), 0xffff);
    assert.deepEqual(readListpack(bytes), elements);
  });

  test("cut short or changed in its frame is none", () => {
    const good = written(["hello", "5", "12345", "x".repeat(100)]);
    for (let end = 0; end < good.length; end++) assert.throws(() => readListpack(good.subarray(0, end)), RdbError);
    const wrong: [at: number, byte: number][] = [
      [0, 0],
      [4, 3],
      [4, 5],
      [6, 0x86],
      [12, 5],
      [good.length - 1, 0],
    ];
    for (const [at, byte] of wrong) {
      const bad = Buffer.from(good);
      bad[at] = byte;
      assert.throws(() => readListpack(bad), RdbError, `${at}: ${byte}`);
    }
    assert.throws(() => readListpack(Buffer.concat([good, Buffer.from([0])])), RdbError);
  });
});
