/** Node's own HTTP server with a constant answer, in a process of its own: what any server on it has at most. It prints its port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" };

const server = createServer(
  (_, response) => void response.writeHead(200, HEADERS).end('{"result":"xxxxxxxxxxxxxxxx"}'),
);
server.listen(0, "127.0.0.1", () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`));
process.once("SIGTERM", () => process.exit(0));
