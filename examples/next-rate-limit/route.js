import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";

const ratelimit = new Ratelimit({
  redis: Redis.fromEnv(),
  limiter: Ratelimit.slidingWindow(3, "10 s"),
  prefix: "hello",
});

export async function POST(request) {
  const caller = request.headers.get("x-forwarded-for") ?? "local";
  const { success, remaining, reset } = await ratelimit.limit(caller);
  if (success) return Response.json({ hello: "world", remaining });
  const seconds = Math.ceil((reset - Date.now()) / 1000);
  return Response.json({ error: "too many requests" }, { status: 429, headers: { "Retry-After": String(seconds) } });
}
