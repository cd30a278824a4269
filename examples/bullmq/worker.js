import { Redis } from "@upstash/redis";
import { Worker } from "bullmq";

const redis = Redis.fromEnv();

const worker = new Worker(
  "orders",
  async (job) => {
    await redis.hset(`order:${job.id}`, { item: job.data.item, state: "packed" });
    await redis.expire(`order:${job.id}`, 3600);
    return "packed";
  },
  { connection: { url: process.env.REDIS_URL, maxRetriesPerRequest: null } },
);

worker.on("ready", () => console.log("waiting for orders"));
worker.on("failed", (job, error) => console.error(`order ${job?.id}: ${error.message}`));
process.once("SIGTERM", () => worker.close());
