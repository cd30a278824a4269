/** subscribe and psubscribe of the published client. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Redis } from "@upstash/redis";
import { UpstashServer } from "../support/upstash.ts";

type Subscriber = ReturnType<Redis["subscribe"]>;

/** What a subscriber has been told, in order, to be waited for. */
class Told {
  private readonly events: unknown[] = [];
  private wake = (): void => {};

  constructor(subscriber: Subscriber, types: readonly string[]) {
    for (const type of types) {
      subscriber.on(type as "message", (data: unknown) => {
        this.events.push([type, data]);
        this.wake();
      });
    }
  }

  async next(count = 1): Promise<unknown[]> {
    while (this.events.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.events.splice(0, count);
  }
}

describe("@upstash/redis", () => {
  let server: UpstashServer;
  let redis: Redis;
  before(async () => {
    server = await UpstashServer.start();
    redis = server.client();
  });
  after(() => server.stop());

  /** Waits, with a request between two looks, until a channel has so many listeners. */
  async function untilListeners(channel: string, count: number): Promise<void> {
    const { pubSub } = server.server.server.engine;
    for (let i = 0; i < 10_000 && pubSub.listenersOf("channels", channel) !== count; i++) await redis.ping();
    assert.equal(pubSub.listenersOf("channels", channel), count);
  }

  test("subscribes to a channel and hears what is published, parsed", async () => {
    const subscriber = redis.subscribe("chat");
    const told = new Told(subscriber, ["subscribe", "message", "message:chat", "error"]);
    assert.deepEqual(await told.next(), [["subscribe", 1]]);
    const messages: [sent: unknown, heard: unknown][] = [
      ["hello", "hello"],
      ["a,b,c", "a,b,c"],
      [
        { user: "Ada", n: [1, null], emoji: "😀" },
        { user: "Ada", n: [1, null], emoji: "😀" },
      ],
      [42, 42],
      ["two\nlines", "two lines"],
      [{ text: "two\nlines" }, { text: "two\nlines" }],
      ["x".repeat(500_000), "x".repeat(500_000)],
    ];
    for (const [sent, heard] of messages) {
      assert.equal(await redis.publish("chat", sent), 1);
      const event = { channel: "chat", message: heard };
      assert.deepEqual(await told.next(2), [
        ["message", event],
        ["message:chat", event],
      ]);
    }
    await subscriber.unsubscribe();
    await untilListeners("chat", 0);
    assert.equal(await redis.publish("chat", "nobody"), 0);
  });

  test("subscribes to several channels, one stream each, and leaves them one by one", async () => {
    const subscriber = redis.subscribe(["red", "green", "blue"]);
    const told = new Told(subscriber, ["subscribe", "message", "error"]);
    assert.deepEqual(await told.next(3), [
      ["subscribe", 1],
      ["subscribe", 1],
      ["subscribe", 1],
    ]);
    for (const channel of ["red", "green", "blue"]) {
      await redis.publish(channel, channel);
      assert.deepEqual(await told.next(), [["message", { channel, message: channel }]]);
    }
    await subscriber.unsubscribe(["green"]);
    await untilListeners("green", 0);
    assert.deepEqual(subscriber.getSubscribedChannels(), ["red", "blue"]);
    assert.equal(await redis.publish("green", "x"), 0);
    assert.equal(await redis.publish("blue", "x"), 1);
    await subscriber.unsubscribe();
    await untilListeners("red", 0);
  });

  test("subscribes to patterns", async () => {
    const subscriber = redis.psubscribe(["user:*", "order:[0-9]"]);
    const told = new Told(subscriber, ["psubscribe", "pmessage", "pmessage:user:*", "error"]);
    await told.next(2);
    await redis.publish("user:7", { name: "Ada" });
    const event = { pattern: "user:*", channel: "user:7", message: { name: "Ada" } };
    assert.deepEqual(await told.next(2), [
      ["pmessage", event],
      ["pmessage:user:*", event],
    ]);
    await redis.publish("order:5", [1, 2]);
    assert.deepEqual(await told.next(), [
      ["pmessage", { pattern: "order:[0-9]", channel: "order:5", message: [1, 2] }],
    ]);
    await subscriber.unsubscribe();
  });

  test("says why it may not subscribe", async () => {
    const told = new Told(server.client({ token: "test-token-ro" }).subscribe("chat"), ["error"]);
    const [[, error]] = (await told.next()) as [[string, Error]];
    assert.match(error.message, /^NOPERM this user has no permissions to run the 'subscribe' command/);
  });

  test("runs commands beside its subscriptions", async () => {
    const subscriber = redis.subscribe("beside");
    const told = new Told(subscriber, ["subscribe", "message"]);
    await told.next();
    await redis.pipeline().set("k", 1).publish("beside", "one").incr("k").publish("beside", "two").exec();
    assert.deepEqual(await told.next(2), [
      ["message", { channel: "beside", message: "one" }],
      ["message", { channel: "beside", message: "two" }],
    ]);
    assert.equal(await redis.get("k"), 2);
    await subscriber.unsubscribe();
  });
});
