/** BullMQ, whose queues are Lua scripts, blocking pops and streams, against our Redis port. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, afterEach, before, describe, test } from "node:test";
import { FlowProducer, Queue, QueueEvents, UnrecoverableError, Worker } from "bullmq";
import type { Job, Processor, WorkerOptions } from "bullmq";
import { TestServer, TOKEN } from "../support/server.ts";

interface Closable {
  close(): Promise<void>;
}

describe("BullMQ", () => {
  let server: TestServer;
  /** What a test has opened; a client left open would reconnect for ever. */
  const opened: Closable[] = [];
  const errors: Error[] = [];
  let name = "";
  let count = 0;
  before(async () => {
    server = await TestServer.start({ redisPort: 0 });
  });
  after(() => server.stop());
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((client) => client.close()));
    assert.deepEqual(errors.splice(0), []);
  });

  const connection = () => ({ host: "127.0.0.1", port: server.server.redisPort!, password: TOKEN });

  /** Keeps a client to be closed, and the errors it tells of, of which there are to be none. */
  function keep<T extends Closable & { on(event: "error", listener: (error: Error) => void): unknown }>(client: T): T {
    client.on("error", (error) => errors.push(error));
    opened.push(client);
    return client;
  }

  /** A queue of its own for each test, and what tells of its jobs. */
  async function openQueue(): Promise<{ queue: Queue; events: QueueEvents }> {
    name = `queue-${++count}`;
    const queue = keep(new Queue(name, { connection: connection() }));
    const events = keep(new QueueEvents(name, { connection: connection() }));
    await events.waitUntilReady();
    return { queue, events };
  }

  function work(run: Processor, options: Partial<WorkerOptions> = {}): Worker {
    const all = { connection: { ...connection(), maxRetriesPerRequest: null }, ...options };
    return keep(new Worker(name, run, all));
  }

  test("jobs are added and processed, one and many", async () => {
    const { queue, events } = await openQueue();
    work(async (job: Job) => (await Promise.resolve(job.data.x)) * 2, { concurrency: 4 });
    const first = await queue.add("double", { x: 21 });
    assert.equal(await first.waitUntilFinished(events), 42);
    // Each that waits listens to the queue.
    queue.setMaxListeners(60);
    const many = await queue.addBulk(Array.from({ length: 50 }, (_, x) => ({ name: "double", data: { x } })));
    const results = await Promise.all(many.map((job) => job.waitUntilFinished(events)));
    assert.deepEqual(
      results,
      many.map((_, x) => x * 2),
    );
    assert.equal(await queue.getCompletedCount(), 51);
  });

  test("a worker that waits is woken by a job", async () => {
    const { queue, events } = await openQueue();
    await once(
      work(async (job: Job) => job.name),
      "drained",
    );
    const job = await queue.add("late", {});
    assert.equal(await job.waitUntilFinished(events), "late");
  });

  test("priorities and the last come first", async () => {
    const { queue, events } = await openQueue();
    const order: string[] = [];
    await queue.add("low", {}, { priority: 10 });
    await queue.add("high", {}, { priority: 1 });
    const last = await queue.add("lowest", {}, { priority: 100 });
    await queue.add("none", {}, { lifo: true });
    work(async (job: Job) => order.push(job.name));
    await last.waitUntilFinished(events);
    assert.deepEqual(order, ["none", "high", "low", "lowest"]);
  });

  test("a delayed job waits for its time", async () => {
    const { queue, events } = await openQueue();
    const ran: string[] = [];
    work(async (job: Job) => ran.push(job.name));
    const delayed = await queue.add("delayed", {}, { delay: 50 });
    assert.equal(await delayed.getState(), "delayed");
    const direct = await queue.add("direct", {});
    await Promise.all([direct, delayed].map((job) => job.waitUntilFinished(events)));
    assert.deepEqual(ran, ["direct", "delayed"]);
  });

  test("a job scheduler repeats", async () => {
    const { queue } = await openQueue();
    const runs: number[] = [];
    const enough = new Promise<void>((resolve) => {
      work(async () => {
        if (runs.push(Date.now()) === 3) resolve();
      });
    });
    await queue.upsertJobScheduler("often", { every: 20 }, { name: "tick" });
    await enough;
    assert.equal((await queue.getJobSchedulers()).length, 1);
    assert.equal(await queue.removeJobScheduler("often"), true);
  });

  test("a flow's parent comes after its children", async () => {
    const { queue, events } = await openQueue();
    const flows = keep(new FlowProducer({ connection: connection() }));
    work(async (job: Job) => {
      if (job.name !== "parent") return job.data.x;
      const values = Object.values<number>(await job.getChildrenValues());
      return values.reduce((sum, value) => sum + value, 0);
    });
    const children = [1, 2, 3].map((x) => ({ name: `child-${x}`, queueName: name, data: { x } }));
    const { job } = await flows.add({ name: "parent", queueName: name, children });
    assert.equal(await job.waitUntilFinished(events), 6);
    assert.equal(await queue.getCompletedCount(), 4);
  });

  test("a rate limit holds jobs back", async () => {
    const { queue, events } = await openQueue();
    const jobs = await queue.addBulk(Array.from({ length: 4 }, (_, i) => ({ name: `job-${i}`, data: {} })));
    work(async (job: Job) => job.name, { limiter: { max: 2, duration: 60 } });
    const finished = await Promise.all(jobs.map((job) => job.waitUntilFinished(events).then(() => job.id!)));
    const times = await Promise.all(finished.map(async (id) => (await queue.getJob(id))!.processedOn!));
    assert.ok(Math.max(...times) - Math.min(...times) >= 50, `${times}`);
  });

  test("failed jobs are retried, give up, and are told of", async () => {
    const { queue, events } = await openQueue();
    const told: string[] = [];
    for (const event of ["added", "active", "failed", "completed"] as const) {
      events.on(event, () => told.push(event));
    }
    work(async (job: Job) => {
      if (job.name === "hopeless") throw new UnrecoverableError("never");
      if (job.attemptsMade < 2) throw new Error(`attempt ${job.attemptsMade}`);
      return "at last";
    });
    const job = await queue.add("stubborn", {}, { attempts: 3, backoff: { type: "fixed", delay: 10 } });
    assert.equal(await job.waitUntilFinished(events), "at last");
    const hopeless = await queue.add("hopeless", {}, { attempts: 5 });
    await assert.rejects(hopeless.waitUntilFinished(events), { message: "never" });
    const [failed] = await queue.getFailed();
    assert.equal(failed!.failedReason, "never");
    assert.deepEqual(new Set(told), new Set(["added", "active", "completed", "failed"]));
    await queue.retryJobs({ state: "failed" });
    await assert.rejects(hopeless.waitUntilFinished(events), { message: "never" });
    await queue.obliterate({ force: true });
    assert.equal(await queue.count(), 0);
  });

  test("progress, logs and a paused queue", async () => {
    const { queue, events } = await openQueue();
    await queue.pause();
    const job = await queue.add("steps", {});
    const worker = work(async (running: Job) => {
      await running.updateProgress(50);
      await running.log("half");
    });
    const progress = once(events, "progress");
    await worker.waitUntilReady();
    assert.equal(await job.getState(), "waiting");
    await queue.resume();
    await job.waitUntilFinished(events);
    assert.equal(((await progress) as [{ data: number }])[0].data, 50);
    assert.deepEqual((await queue.getJobLogs(job.id!)).logs, ["half"]);
  });
});
