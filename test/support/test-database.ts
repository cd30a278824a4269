/** Test databases, as tests of `stashd/testing` use them. */
import { request } from "node:http";
import { createTestDatabase } from "../../src/testing.ts";
import type { TestDatabase, TestDatabaseOptions } from "../../src/testing.ts";
import { RawConnection } from "./resp-client.ts";

/** Runs a test with a database, and closes it whatever comes. */
export async function withDatabase(
  options: TestDatabaseOptions,
  run: (db: TestDatabase) => Promise<void>,
): Promise<void> {
  const db = await createTestDatabase(options);
  try {
    await run(db);
  } finally {
    await db.close();
  }
}

/** The answer to one command over HTTP, by a client without a pool of connections. */
export function call(db: Pick<TestDatabase, "url" | "token">, ...words: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${db.token}` };
    const outgoing = request(db.url, { method: "POST", headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify(words));
  });
}

/** A connection to the Redis port that has authenticated. */
export async function connectTo({ redisUrl }: Pick<TestDatabase, "redisUrl">): Promise<RawConnection> {
  const { hostname, password, port } = new URL(redisUrl);
  const connection = await RawConnection.open({ port: Number(port), host: hostname });
  await connection.send("AUTH", decodeURIComponent(password));
  return connection;
}
