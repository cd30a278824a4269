/** Programs that use the package from an empty project, for every runtime and bundler. */

/** Uses the API, REST, the clients' SDK, the Redis protocol and a script; prints what came back. */
const BODY = `
async function main() {
  const server = await startServer({ port: 0, redisPort: 0, redisAuth: false });
  const redis = new Redis({ url: server.url, token: server.token, enableTelemetry: false });
  const answers = [
    await redis.set("k", { text: "v" }),
    await redis.get("k"),
    await redis.pipeline().incr("n").incr("n").exec(),
    await redis.eval("return redis.call('GET', KEYS[1])", ["n"], []),
  ];
  const overRedis = await new Promise((resolve) => {
    const socket = connect(server.redisPort, "127.0.0.1", () => socket.write("GET n\\r\\n"));
    socket.on("data", (chunk) => { socket.destroy(); resolve(chunk.toString()); });
  });
  await server.close();
  const node = await startServer({ port: 0, http: "node" });
  await node.close();
  const refusal = await startServer({ tokn: "x" }).catch((error) => error);
  const db = await createTestDatabase({ now: 0 });
  const inTest = new Redis(db.requester);
  await inTest.set("k", "v", { ex: 10 });
  const snapshot = await db.snapshot();
  await db.clock.advance("10s");
  const gone = await inTest.get("k");
  await db.restore(snapshot);
  await db.dump("data.jsonl");
  const tested = [gone, await inTest.get("k"), await db.load("data.jsonl")];
  await db.close();
  console.log(JSON.stringify([...answers, overRedis, refusal instanceof OptionError, refusal.option, ...tested]));
}
main();
`;

const IMPORTED = [
  ["startServer, OptionError", "stashd"],
  ["createTestDatabase", "stashd/testing"],
  ["Redis", "@upstash/redis"],
  ["connect", "node:net"],
];

/** The programs by file name: one imports the package, the other requires it. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  "program.mjs": `${IMPORTED.map(([names, from]) => `import { ${names} } from "${from}";\n`).join("")}${BODY}`,
  "program.cjs": `${IMPORTED.map(([names, from]) => `const { ${names} } = require("${from}");\n`).join("")}${BODY}`,
};

/** What each of them prints. */
export const PRINTED = '["OK",{"text":"v"},[1,2],2,"$1\\r\\n2\\r\\n",true,"tokn",null,"v",1]\n';

/** A program that a type checker reads. */
export const TYPED = `import { test } from "node:test";
import { startServer, OptionError } from "stashd";
import type { ServerOptions, StashdServer } from "stashd";
import { createTestDatabase, matchers } from "stashd/testing";
import type { SentCommand, TestDatabase } from "stashd/testing";
export const db: Promise<TestDatabase> = createTestDatabase({ now: "2030-01-01T00:00:00Z" });
export const sent: Promise<SentCommand[]> = db.then(({ requests }) => requests());
test("typed", async (t) => void (await createTestDatabase({ closeAfter: t, env: { CACHE_URL: "redis" } })));
export const hasCommand: boolean = matchers.toHaveCommand({ requests: () => [] }, "GET").pass;
const options: ServerOptions = { port: 0, limits: { requestBytesMax: 1024 } };
export const server: Promise<StashdServer> = startServer(options);
export const url: Promise<string> = server.then(({ url }) => url);
export const error: string = new OptionError("port", "must not be").option;
// @ts-expect-error an option that there is not
startServer({ tokn: "x" });
`;
