/** What the console exports is what `stashd export` writes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toBytes } from "../../console/src/client/bytes.ts";
import type { Word } from "../../console/src/client/bytes.ts";
import { ReplyError } from "../../console/src/client/reply.ts";
import type { Reply } from "../../console/src/client/reply.ts";
import { parseReplies } from "../../console/src/client/resp2-reader.ts";
import { linesOf } from "../../console/src/transfer/export-lines.ts";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { entryLine } from "../../src/transfer/json-lines.ts";
import type { TestEngine } from "../support/engine.ts";
import { entriesOf, fullEngine } from "../support/transfer.ts";

/** The client of the console, over an engine. */
function clientOf(ours: TestEngine) {
  const ask = (words: readonly Word[]): Reply =>
    parseReplies(toBytes(encodeResp2(ours.send(...words.map(String)))))[0]!;
  return {
    many: async (commands: readonly (readonly Word[])[]) => commands.map(ask),
    async send(words: readonly Word[]) {
      const reply = ask(words);
      if (reply.kind === "error") throw new ReplyError(reply.text);
      return reply;
    },
  };
}

/** A line as a value to compare. Hashes, sets, groups and consumers have no order. */
function comparable(line: string): unknown {
  const { value, type, ...rest } = JSON.parse(line) as { value: unknown; type: string };
  const sorted = (items: unknown): unknown =>
    Array.isArray(items) ? items.map((item) => JSON.stringify(item)).sort() : items;
  if (type === "set" || type === "hash") return { ...rest, type, value: sorted(value) };
  if (type !== "stream") return { ...rest, type, value };
  const { groups, ...stream } = value as { groups: readonly { consumers: unknown }[] };
  return { ...rest, type, stream, groups: sorted(groups.map((one) => ({ ...one, consumers: sorted(one.consumers) }))) };
}

/** The console knows how long ago an entry was delivered, so its time is off by what the answer took: hours are compared. */
const inHours = (line: string): string =>
  line.replace(/"deliveredAt":(\d+)/g, (_, ms: string) => `"deliveredAt":${Math.round(Number(ms) / 3_600_000)}`);

test("every value is exported as stashd export writes it", async () => {
  const ours = fullEngine();
  const entries = entriesOf(ours).filter(({ database }) => database === 0);
  assert.ok(entries.length > 20);
  const names = entries.map(({ key }) => key);
  const lines = await linesOf(clientOf(ours), names, () => ours.engine.environment.now());
  for (const [i, entry] of entries.entries()) {
    const line = lines[i]!;
    assert.ok(typeof line === "string", `${entry.key}: ${JSON.stringify(line)}`);
    // The server's line is a byte string of UTF-8.
    const expected = Buffer.from(entryLine(entry), "latin1").toString("utf8");
    assert.deepEqual(comparable(inHours(line)), comparable(inHours(expected)), entry.key);
  }
});

test("a key that is gone, or has no form, is left out with the reason", async () => {
  const ours = fullEngine();
  const [gone, there] = await linesOf(clientOf(ours), ["no such key", "doc"]);
  assert.deepEqual(gone, { reason: "There is no key of this name.", isGone: true });
  assert.equal(typeof there, "string");
});
