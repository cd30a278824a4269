import { serve } from "@hono/node-server";
import { Redis } from "@upstash/redis";
import { Hono } from "hono";

const DAY_SECONDS = 24 * 60 * 60;
const redis = Redis.fromEnv();
const app = new Hono();

app.post("/links", async (c) => {
  const { url } = await c.req.parseBody();
  if (!URL.canParse(url)) return c.text("url is not one\n", 400);
  const id = crypto.randomUUID().slice(0, 8);
  await redis.set(`link:${id}`, url, { ex: DAY_SECONDS });
  return c.text(`${new URL(`/${id}`, c.req.url)}\n`, 201);
});

app.get("/:id", async (c) => {
  const id = c.req.param("id");
  const url = await redis.get(`link:${id}`);
  if (url === null) return c.notFound();
  await redis.incr(`visits:${id}`);
  return c.redirect(url);
});

app.get("/:id/visits", async (c) => c.json({ visits: (await redis.get(`visits:${c.req.param("id")}`)) ?? 0 }));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`listening on http://localhost:${port}`);
});
