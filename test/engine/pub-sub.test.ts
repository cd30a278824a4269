/** Subscriptions, against a naive model, and the messages that subscribers get. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Glob } from "../../src/core/glob.ts";
import type { Push, Reply } from "../../src/core/reply.ts";
import { PubSub } from "../../src/engine/pub-sub.ts";
import type { Topic } from "../../src/engine/pub-sub.ts";
import { Session } from "../../src/engine/session.ts";
import { EVERYONE } from "../support/engine.ts";
import { chooseSeed, seededRandom } from "../support/world.ts";

interface Listener {
  readonly session: Session;
  readonly received: Reply[];
}

function listener(id = 1): Listener {
  const session = new Session(id, "internal", EVERYONE, 0);
  const received: Reply[] = [];
  session.deliver = (message) => received.push(message);
  return { session, received };
}

const TOPICS: readonly Topic[] = ["channels", "patterns", "shardChannels"];
const itemsOf = (message: Reply) => (message as Push).items;

describe("pub/sub", () => {
  test("all listeners of a name are handed the same message", () => {
    const pubSub = new PubSub();
    const [a, b] = [listener(1), listener(2)];
    for (const { session } of [a, b]) pubSub.subscribe(session, "channels", "c");
    assert.equal(pubSub.publish("c", "m"), 2);
    assert.equal(a.received[0], b.received[0]);
    assert.deepEqual(itemsOf(a.received[0]!), ["message", "c", "m"]);
  });

  test("a message comes by the channel first, then by each pattern, and counts each time", () => {
    const pubSub = new PubSub();
    const { session, received } = listener();
    for (const pattern of ["c*", "x*", "*"]) pubSub.subscribe(session, "patterns", pattern);
    pubSub.subscribe(session, "channels", "ch");
    assert.equal(pubSub.publish("ch", "m"), 3);
    assert.deepEqual(received.map(itemsOf), [
      ["message", "ch", "m"],
      ["pmessage", "c*", "ch", "m"],
      ["pmessage", "*", "ch", "m"],
    ]);
  });

  test("shard channels have names of their own", () => {
    const pubSub = new PubSub();
    const { session, received } = listener();
    pubSub.subscribe(session, "shardChannels", "c");
    assert.equal(pubSub.isSilent, true);
    assert.equal(pubSub.publish("c", "m"), 0);
    assert.equal(pubSub.publishToShard("c", "m"), 1);
    assert.deepEqual(received.map(itemsOf), [["smessage", "c", "m"]]);
  });

  test("listeners may leave while they are told, and so may others", () => {
    const pubSub = new PubSub();
    const listeners = [listener(1), listener(2), listener(3)];
    for (const { session } of listeners) {
      pubSub.subscribe(session, "channels", "c");
      pubSub.subscribe(session, "patterns", "*");
    }
    listeners[0]!.session.deliver = () => {
      pubSub.leave(listeners[0]!.session);
      pubSub.leave(listeners[1]!.session);
    };
    pubSub.publish("c", "m");
    assert.equal(listeners[1]!.received.length, 0);
    assert.equal(listeners[2]!.received.length, 2);
    assert.equal(pubSub.listenersOf("channels", "c"), 1);
  });

  test("closed sessions leave nothing behind", () => {
    const pubSub = new PubSub();
    const { session } = listener();
    for (const topic of TOPICS) for (let i = 0; i < 1000; i++) pubSub.subscribe(session, topic, `name:${i}`);
    assert.deepEqual(
      TOPICS.map((topic) => pubSub.count(topic)),
      [1000, 1000, 1000],
    );
    pubSub.leave(session);
    assert.deepEqual(
      TOPICS.map((topic) => pubSub.count(topic)),
      [0, 0, 0],
    );
    assert.equal(session.subscriptions, undefined);
    assert.equal(pubSub.isSilent, true);
  });

  test("a random walk agrees with a list of pairs", () => {
    const seed = chooseSeed();
    console.log(`pub-sub: SEED=${seed}`);
    const random = seededRandom(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    const pubSub = new PubSub();
    const listeners = Array.from({ length: 5 }, (_, i) => listener(i));
    const names = ["a", "b", "ab", "a*", "*", "?b", "[ab]"];
    let model: { readonly by: Listener; readonly topic: Topic; readonly name: string }[] = [];
    for (let step = 0; step < 20_000; step++) {
      const [by, topic, name] = [pick(listeners), pick(TOPICS), pick(names)];
      const isThis = (entry: (typeof model)[number]) => entry.by === by && entry.topic === topic && entry.name === name;
      const choice = random();
      if (choice < 0.3) {
        pubSub.subscribe(by.session, topic, name);
        if (!model.some(isThis)) model.push({ by, topic, name });
      } else if (choice < 0.6) {
        pubSub.unsubscribe(by.session, topic, name);
        model = model.filter((entry) => !isThis(entry));
      } else if (choice < 0.65) {
        pubSub.leave(by.session);
        model = model.filter((entry) => entry.by !== by);
      } else {
        const expected = model.filter((entry) =>
          entry.topic === "patterns"
            ? new Glob(entry.name).matches(name)
            : entry.topic === "channels" && entry.name === name,
        );
        for (const { received } of listeners) received.length = 0;
        assert.equal(pubSub.publish(name, "m"), expected.length, `step ${step}`);
        for (const one of listeners) {
          assert.equal(one.received.length, expected.filter((entry) => entry.by === one).length, `step ${step}`);
        }
      }
      for (const each of TOPICS) {
        const held = new Set(model.filter((entry) => entry.topic === each).map((entry) => entry.name));
        assert.deepEqual(new Set(pubSub.names(each)), held, `step ${step}`);
      }
      assert.equal(by.session.subscriptions === undefined, !model.some((entry) => entry.by === by), `step ${step}`);
    }
  });
});
