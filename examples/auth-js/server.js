import { Auth } from "@auth/core";
import { UpstashRedisAdapter } from "@auth/upstash-redis-adapter";
import { serve } from "@hono/node-server";
import { Redis } from "@upstash/redis";

/** Signs people in by a link; a real app sends it by mail. */
const link = {
  id: "link",
  type: "email",
  name: "Link",
  maxAge: 10 * 60,
  sendVerificationRequest: ({ url }) => console.log(`sign in: ${url}`),
};

const config = {
  adapter: UpstashRedisAdapter(Redis.fromEnv(), { baseKeyPrefix: "auth:" }),
  providers: [link],
  session: { strategy: "database" },
  basePath: "/auth",
  secret: process.env.AUTH_SECRET,
  trustHost: true,
};

serve({ fetch: (request) => Auth(request, config), port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`listening on http://localhost:${port}`);
});
