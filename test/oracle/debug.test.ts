/** What DEBUG has for tests of clients, against redis-server. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { RawConnection } from "../support/resp-client.ts";
import { TestServer } from "../support/server.ts";

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
});
