/** What DEBUG has for tests of clients, against redis-server. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer } from "../support/server.ts";
import { splitWords } from "../support/words.ts";

const TYPES = "string integer double null array set map attrib verbatim true false bignum".split(" ");

describe("DEBUG agrees with redis-server", { skip: oracleSkipReason() }, () => {
  let real: RedisServer;
  let server: TestServer;
  before(async () => {
    real = await RedisServer.start();
    server = await TestServer.start({ redisPort: 0, redisAuth: false, enableDebug: true });
  });
  after(async () => {
    await Promise.all([real.stop(), server.stop()]);
  });

  test("ERROR answers the error that it is given", async () => {
    const [theirs, ours] = [await RawConnection.open({ path: real.path }), await server.connect()];
    for (const text of ["LOADING fake message", "ERR", "", "a\r\nb", "-ERR x", "caf\xc3\xa9"]) {
      const words = ["DEBUG", "ERROR", text];
      assert.equal(await ours.send(...words), await theirs.send(...words), text);
    }
    assert.equal(await ours.send("DEBUG", "ERROR"), await theirs.send("DEBUG", "ERROR"));
    for (const connection of [theirs, ours]) connection.close();
  });

  test("SET-DISABLE-DENY-SCRIPTS lets scripts run DEBUG", async () => {
    const script = ["EVAL", "return redis.call('DEBUG', 'PROTOCOL', 'bignum')", "0"];
    const [theirs, ours] = [await RawConnection.open({ path: real.path }), await server.connect()];
    for (const allowed of ["1", "0"]) {
      for (const words of [["DEBUG", "SET-DISABLE-DENY-SCRIPTS", allowed], script]) {
        assert.equal(await ours.send(...words), await theirs.send(...words), words.join(" "));
      }
    }
    for (const connection of [theirs, ours]) connection.close();
  });

  for (const protocol of ["2", "3"]) {
    test(`PROTOCOL replies with each type of RESP${protocol} in the same bytes`, async () => {
      const [theirs, ours] = [await RawConnection.open({ path: real.path }), await server.connect()];
      for (const connection of [theirs, ours]) await connection.send("HELLO", protocol);
      for (const type of TYPES) {
        const expected = await theirs.send("DEBUG", "PROTOCOL", type);
        assert.equal(await ours.send("DEBUG", "PROTOCOL", type), expected, type);
      }
      assert.match(await ours.send("DEBUG", "PROTOCOL", "other"), /^-ERR Wrong protocol type name\. Please use one of/);
      for (const connection of [theirs, ours]) connection.close();
    });
  }

  test("RELOAD and LOADAOF load the files with the same result, whatever the options", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stashd-reload-"));
    const redis = await RedisServer.start(["--dir", folder, "--appendonly", "yes"]);
    const options = { redisPort: 0, redisAuth: false, enableDebug: true, data: join(folder, "ours") } as const;
    const own = await TestServer.start(options);
    const connections = [await RawConnection.open({ path: redis.path }), await own.connect()] as const;
    const [theirs, ours] = connections;
    try {
      for (const line of RELOADS.trim().split(/\n\s*/)) {
        const words = splitWords(line);
        const expected = await theirs.send(...words);
        assert.equal(await ours.send(...words), expected, line);
      }
    } finally {
      for (const connection of connections) connection.close();
      await Promise.all([redis.stop(), own.stop()]);
      rmSync(folder, { recursive: true });
    }
  });
});

/**
 * Under the data of an earlier save, Redis's append-only file has other data than the memory. Ours begins anew, so both
 * agree again from the FLUSHALL on.
 */
const RELOADS = String.raw`
  DEBUG RELOAD NOSAVE
  DEBUG RELOAD NOPE
  DEBUG RELOAD NOSAVE NOPE
  RPUSH list a b
  RPOP list
  SET a 1
  SET volatile x PXAT 99999999999999
  SELECT 3
  SET there 1
  DEBUG RELOAD
  GET there
  SELECT 0
  PEXPIRETIME volatile
  LRANGE list 0 -1
  WATCH a
  DEBUG RELOAD
  MULTI
  PING
  EXEC
  WATCH nothing
  DEBUG RELOAD
  MULTI
  PING
  EXEC
  SET a 2
  SET later 1
  DEBUG RELOAD NOSAVE
  MGET a later
  SET later 1
  SET a 3
  DEBUG RELOAD nosave noflush merge
  MGET a later
  DEBUG RELOAD NOFLUSH MERGE
  MGET a later
  FLUSHALL
  DEBUG RELOAD NOSAVE NOFLUSH
  DBSIZE
  DEBUG RELOAD MERGE MERGE
  DBSIZE
  FLUSHALL
  HSET h f v
  MULTI
  SET in 1
  INCR in
  EXEC
  DEBUG LOADAOF
  MGET in a
  HGETALL h
  FUNCTION LOAD "#!lua name=l\nredis.register_function('f', function() return 7 end)"
  DEBUG RELOAD
  FCALL f 0
  DEBUG LOADAOF
  FCALL f 0
  DEBUG RELOAD NOFLUSH MERGE
  FCALL f 0
  FLUSHALL
  DEBUG RELOAD NOFLUSH
  FCALL f 0
  DEBUG RELOAD NOSAVE NOFLUSH
  FUNCTION FLUSH
  DEBUG RELOAD NOSAVE NOFLUSH
  FCALL f 0
  MULTI
  SET b 1
  DEBUG RELOAD
  GET b
  EXEC
  CONFIG SET appendonly no
  SET c 1
  DEBUG RELOAD
  GET c
  DEBUG RELOAD NOSAVE
  GET c
`;
