import { Redis } from "@upstash/redis";
import { Queue, QueueEvents } from "bullmq";

const connection = { url: process.env.REDIS_URL };
const queue = new Queue("orders", { connection });
const events = new QueueEvents("orders", { connection });
await events.waitUntilReady();

const job = await queue.add("order", { item: process.argv[2] ?? "tea" });
await job.waitUntilFinished(events);
console.log(await Redis.fromEnv().hgetall(`order:${job.id}`));

await events.close();
await queue.close();
