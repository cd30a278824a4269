/** Servers that share users and counts, in one process and over a channel of the test. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { resolveOptions } from "../../src/server/options.ts";
import type { SharedMessage, Sharing } from "../../src/server/shared-messages.ts";
import { SharedRecord } from "../../src/server/shared-record.ts";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";

const LIMITS = { dailyCommandsMax: 1000, userStreamsMax: 1 };

/** What the primary does, without processes. */
class Hub {
  private readonly record = new SharedRecord(
    resolveOptions({ token: TOKEN, readOnlyToken: READ_ONLY_TOKEN, limits: LIMITS }),
    undefined,
  );
  private readonly takes: ((message: SharedMessage) => void)[] = [];
  /** Messages that are on their way. */
  private readonly onTheWay: (() => void)[] = [];
  isHeld = false;

  start(): Promise<TestServer> {
    const id = this.takes.push(() => {}) - 1;
    const sharing: Sharing = {
      id,
      beginning: this.record.beginning,
      send: (message) => this.later(() => this.take(id, structuredClone(message))),
      onMessage: (take) => (this.takes[id] = take),
      metricsOfAll: () => Promise.resolve([]),
      onMetricsAsked: () => {},
    };
    return TestServer.start({ limits: LIMITS, sharing });
  }

  private take(from: number, message: SharedMessage): void {
    const passed = this.record.take(from, message);
    for (const [id, take] of this.takes.entries()) {
      const one = passed?.message ?? this.record.clientsBeside(id);
      if (passed === undefined || id !== from || passed.toSender) this.later(() => take(structuredClone(one)));
    }
  }

  private later(run: () => void): void {
    this.onTheWay.push(run);
    if (!this.isHeld) setImmediate(() => this.deliver());
  }

  /** Delivers everything, in the order in which it was sent. */
  deliver(): void {
    for (const run of this.onTheWay.splice(0)) run();
  }
}

describe("servers that share their state", () => {
  const hub = new Hub();
  let servers: TestServer[];
  before(async () => {
    servers = [await hub.start(), await hub.start()];
  });
  after(async () => {
    for (const server of servers) await server.stop();
  });

  const [lists, counted] = [
    (): Promise<string[]> => Promise.all(servers.map(async (one) => (await one.command(["ACL", "LIST"])).body)),
    (): unknown[] => servers.map(({ server }) => server.engine.bounds.quotas.counts.users.map(([, day]) => day)),
  ];

  test("count every command once, whatever is counted while counts are on their way", async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all(servers.flatMap((one) => Array.from({ length: 7 }, () => one.command(["GET", "k"]))));
    }
    await until(() => JSON.stringify(counted()) === "[[70],[70]]");
    servers.push(await hub.start());
    assert.deepEqual(counted(), [[70], [70], [70]]);
  });

  test("end with the same users, when both change the same ones before they know of each other", async () => {
    hub.isHeld = true;
    for (let i = 0; i < 3; i++) {
      for (const [j, one] of servers.entries())
        await one.command(["ACL", "SETUSER", "ada", "on", `~${i}-${j}`, "+get"]);
    }
    await servers[0]!.command(["ACL", "SETUSER", "bob", "on", ">pw", "(+set ~x)"]);
    await servers[1]!.command(["ACL", "DELUSER", "ada"]);
    assert.equal(new Set(await lists()).size, 3);
    hub.isHeld = false;
    hub.deliver();
    await until(async () => new Set(await lists()).size === 1);
    const [list] = await lists();
    assert.match(list!, /user bob on #.*\(.*~x .*\+set\)/);
    servers.push(await hub.start());
    assert.equal(new Set(await lists()).size, 1);
  });

  test("count the streams of a user together", async () => {
    const controller = new AbortController();
    const headers = { Authorization: `Bearer ${TOKEN}` };
    await fetch(`${servers[0]!.server.url}/subscribe/news`, { headers, signal: controller.signal });
    const statusOf = async (one: TestServer): Promise<number> => {
      const answer = await fetch(`${one.server.url}/subscribe/news`, { headers });
      await answer.body?.cancel();
      return answer.status;
    };
    await until(async () => (await statusOf(servers[1]!)) !== 200);
    controller.abort();
    await until(async () => (await statusOf(servers[1]!)) === 200);
  });
});
