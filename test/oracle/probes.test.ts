/**
 * What exporters of metrics, browsers of data and the like ask a server for, against redis-server: the form of each reply
 * over both protocols, with the names of its fields, and no values. INFO's fields are in `info.test.ts`, CONFIG's in
 * `config.test.ts`.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { encodeResp2 } from "../../src/protocol/resp2.ts";
import { encodeResp3 } from "../../src/protocol/resp3.ts";
import { TestEngine } from "../support/engine.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { readFrame } from "../support/resp.ts";
import type { Frame } from "../support/resp.ts";
import { splitWords } from "../support/words.ts";

/** Something of every type, a slow command, and an event for LATENCY. */
const SETTING = `
  CONFIG SET slowlog-log-slower-than 0
  CONFIG SET latency-monitor-threshold 1
  SET k v
  SET k3 v EX 1000
  RPUSH l a b
  HSET h f v
  SADD s a
  ZADD z 1 a
  XADD x 1-1 f v
  XGROUP CREATE x g 0
  XREADGROUP GROUP g c STREAMS x >
  DEBUG SLEEP 0.003
  GET k
`;

const PROBES = `
  PING
  DBSIZE
  TYPE k
  TTL k
  PTTL k3
  SCAN 0 TYPE string COUNT 100
  SCAN 0 MATCH z COUNT 100
  HSCAN h 0
  SSCAN s 0
  ZSCAN z 0
  MEMORY USAGE k
  MEMORY USAGE missing
  MEMORY STATS
  MEMORY DOCTOR
  MEMORY MALLOC-STATS
  MEMORY PURGE
  OBJECT ENCODING k
  OBJECT IDLETIME k
  OBJECT REFCOUNT k
  OBJECT FREQ k
  XINFO STREAM x
  XINFO STREAM x FULL
  XINFO GROUPS x
  XINFO CONSUMERS x g
  CONFIG GET databases
  CONFIG GET maxmemory maxmemory-policy
  CLIENT ID
  CLIENT GETNAME
  CLIENT INFO
  CLIENT LIST
  CLIENT TRACKINGINFO
  SLOWLOG LEN
  SLOWLOG GET
  SLOWLOG GET 1
  LATENCY LATEST
  LATENCY HISTORY command
  LATENCY HISTOGRAM get
  LATENCY DOCTOR
  COMMAND COUNT
  COMMAND INFO get set nosuch
  COMMAND GETKEYS get k
  MODULE LIST
  ACL WHOAMI
  ACL LIST
  ACL USERS
  ACL GETUSER default
  ROLE
  LASTSAVE
  TIME
  PUBSUB CHANNELS
  PUBSUB NUMSUB c
  PUBSUB NUMPAT
  FUNCTION LIST
  FUNCTION STATS
  SCRIPT EXISTS abc
  LOLWUT
`;

function linesOf(text: string): string[][] {
  return text
    .trim()
    .split("\n")
    .map((line) => splitWords(line.trim()));
}

/** Fields that later versions have added, and Redis's notes on keys, which are prose. */
const NOT_COMPARED = new Set(["active-time", "inactive", "lib-name", "lib-ver", "notes"]);

describe("what exporters and browsers ask for has redis-server's form", { skip: oracleSkipReason() }, () => {
  let redis: RedisServer;
  const ours = new TestEngine(undefined, "internal", { enableDebug: true });
  before(async () => {
    redis = await RedisServer.start();
    for (const words of linesOf(SETTING)) {
      ours.send(...words);
      await redis.send(words);
    }
  });
  after(() => redis.stop());

  for (const [protocol, encode] of [
    ["2", encodeResp2],
    ["3", encodeResp3],
  ] as const) {
    for (const words of linesOf(PROBES)) {
      test(`${words.join(" ")}, RESP${protocol}`, async () => {
        await redis.send(["HELLO", protocol]);
        const mine = formOf(readFrame(encode(ours.send(...words)), 0)!.frame);
        const wanted = formOf(await redis.send(words));
        assert.equal(mine, wanted);
      });
    }
  }
});

/** The kinds of a reply's parts; equal neighbours in an array as one. Of a text that names fields, the names. */
function formOf(frame: Frame): string {
  if (!("items" in frame)) return frame.text === null ? "null" : textForm(frame.kind, frame.text);
  if (frame.items === null) return "null array";
  const { items } = frame;
  if (frame.kind === "map" || areFields(items)) {
    const pairs = items.flatMap((item, i) => (i % 2 === 0 ? [[nameOf(item), formOf(items[i + 1]!)] as const] : []));
    const told = pairs.filter(([name]) => !NOT_COMPARED.has(name)).map(([name, form]) => `${name}: ${form}`);
    return `${frame.kind}{${told.sort().join(", ")}}`;
  }
  const forms = items.map(formOf);
  return `${frame.kind}[${forms.filter((form, i) => form !== forms[i - 1]).join(", ")}]`;
}

/** An array of names and values in turn: a map in RESP2. */
function areFields(items: readonly Frame[]): boolean {
  return (
    items.length > 2 &&
    items.every((item, i) => i % 2 === 1 || (item.kind === "bulk" && /^[a-z][a-z.-]+/.test(item.text ?? "")))
  );
}

function nameOf(item: Frame): string {
  const name = "text" in item ? (item.text ?? "") : "";
  return /^[0-9]+$/.test(name) ? "number" : name;
}

function textForm(kind: string, text: string): string {
  if (!/^id=\d+ addr=/.test(text)) return kind;
  const names = [...text.split("\n")[0]!.matchAll(/([a-z-]+)=/g)].map(([, name]) => name!);
  return `${kind} of ${names.filter((name) => !NOT_COMPARED.has(name)).join(" ")}`;
}
