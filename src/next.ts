/** The public API of `stashd/next`. */

/**
 * For `instrumentation.ts` of Next.js: `export { register } from "stashd/next"`. In development it starts a server in the
 * process of `next dev`, with its data in `.stashd`, and sets the variables by which clients find it; it takes port and
 * token from `UPSTASH_REDIS_REST_URL` and `UPSTASH_REDIS_REST_TOKEN` where these name this machine, and uses the server
 * that has the data if there is one. In production, in a build and in the edge runtime it does nothing. Never rejects: what
 * keeps the server from starting is said in one line.
 */
export async function register(): Promise<void> {
  // Bundlers replace both by texts, and leave out what follows for every other build.
  if (process.env.NODE_ENV === "development" && process.env.NEXT_RUNTIME === "nodejs") {
    const { startForDevelopment } = await import("./next/development.ts");
    await startForDevelopment();
  }
}
