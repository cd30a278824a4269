import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Later } from "../../src/backends/later.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Session } from "../../src/engine/session.ts";
import { PipelineRun } from "../../src/server/pipeline-run.ts";
import { ReplyWindow } from "../../src/server/reply-window.ts";
import { until } from "../support/until.ts";

const LARGE = "v".repeat(512 * 1024);

/** A backend that answers when it is told to. */
class Stage {
  readonly underWay: { readonly later: Later<Reply>; readonly words: readonly string[] }[] = [];
  readonly shared: ReplyWindow;
  asked = 0;
  isReadable = false;
  refusal: Reply | undefined;
  readonly run: PipelineRun;

  constructor(commands: readonly string[], shared = new ReplyWindow()) {
    this.shared = shared;
    this.run = new PipelineRun({
      backend: {
        execute: (_session, words) => {
          this.asked++;
          if (words[0] === "now") return words[1]!;
          if (words[0] === "broken") throw new Error("broken");
          const later = new Later<Reply>(words[0] === "alone" ? "exclusive" : "overlapping");
          this.underWay.push({ later, words });
          return later;
        },
        mayOverlap: (_session, words) => words[0] !== "alone",
      },
      session: {} as Session,
      commands: commands.map((line, i) => [line, String(i)]),
      shared,
      refusal: () => this.refusal,
      fault: (error) => (error as Error).message,
      whenReadable: () => (this.isReadable = true),
    });
    this.run.start();
  }

  /** Answers the commands under way, each with its number or with `reply`. */
  answer(reply?: Reply, count = this.underWay.length): void {
    for (const { later, words } of this.underWay.splice(0, count)) later.settle(reply ?? words[1]!);
  }
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
const commands = (count: number, name = "later"): string[] => Array<string>(count).fill(name);

describe("a pipeline at a backend that answers later", () => {
  test("has a few commands under way at first, and more while replies are small", async () => {
    const stage = new Stage(commands(3000));
    assert.equal(stage.underWay.length, 32);
    let most = 0;
    await until(() => {
      most = Math.max(most, stage.underWay.length);
      stage.answer();
      return stage.isReadable;
    });
    assert.ok(most > 200, `${most} at once`);
    assert.deepEqual(stage.run.all, numbers(3000));
  });

  test("goes on one by one while replies are large, and stops while none is taken", () => {
    const stage = new Stage(commands(100));
    stage.answer(LARGE, 1);
    assert.equal(stage.asked, 32, "what was sent is under way");
    stage.answer(LARGE);
    assert.equal(stage.asked, 32);
    assert.ok(stage.isReadable);
    assert.equal(stage.run.all, undefined);
    for (let i = 0; i < 30; i++) assert.equal(stage.run.take(i), LARGE);
    assert.equal(stage.asked, 32, "a megabyte is held");
    stage.run.take(30);
    assert.equal(stage.underWay.length, 2);
    assert.equal(new Stage(commands(100), stage.shared).underWay.length, 2, "another pipeline of this user");
    stage.run.take(31);
    assert.equal(stage.run.take(32), undefined);
    let isThere = false;
    assert.ok(stage.run.waits(32, () => (isThere = true)));
    stage.answer("small", 1);
    assert.ok(isThere);
    assert.ok(!stage.run.waits(32, () => {}));
  });

  test("lets a command that may not overlap wait, and those after it for its reply", () => {
    const stage = new Stage(["later", "now", "alone", "later", "now"]);
    assert.equal(stage.asked, 2);
    stage.answer();
    assert.equal(stage.asked, 3);
    stage.answer();
    assert.equal(stage.asked, 5);
    stage.answer();
    assert.deepEqual(stage.run.all, numbers(5));
  });

  test("answers everything at once where the backend does, however much it is", async () => {
    const stage = new Stage(commands(20_000, "now"));
    await until(() => stage.isReadable);
    assert.deepEqual(stage.run.all, numbers(20_000));
  });

  test("goes on after a fault in one of its commands", () => {
    const stage = new Stage(["later", "broken", "later"]);
    stage.answer();
    assert.deepEqual(stage.run.all, ["0", "broken", "2"]);
  });

  test("runs nothing more once it is refused or abandoned", () => {
    const refused = new Stage(commands(100));
    refused.refusal = "no";
    refused.answer();
    assert.equal(refused.asked, 32);
    assert.deepEqual(refused.run.all?.slice(30, 34), ["30", "31", "no", "no"]);
    const abandoned = new Stage(commands(100));
    abandoned.run.abandon();
    abandoned.answer();
    assert.equal(abandoned.asked, 32);
  });
});
