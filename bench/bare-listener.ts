/** Our HTTP listener with nothing behind it, in a process of its own. It prints its port. */
import { DEFAULT_LIMITS } from "../src/core/limits.ts";
import { systemEnvironment } from "../src/core/environment.ts";
import { CommitGate } from "../src/engine/commit-gate.ts";
import { ClientMemory } from "../src/engine/client-memory.ts";
import { ClientWarnings } from "../src/server/client-warnings.ts";
import { HttpListener } from "../src/server/http.ts";
import { SILENT } from "../src/core/log.ts";
import { SliceQueue } from "../src/server/slices.ts";

const HEADERS =
  "Content-Type: application/json\r\nCache-Control: no-store\r\nUpstash-Sync-Token: 0123456789ab.12345\r\n";

const listener = new HttpListener({
  handler: {
    connected: () => {},
    admit: () => true,
    handle: (exchange) => exchange.reply(200, HEADERS, '{"result":"xxxxxxxxxxxxxxxx"}'),
    refusal: () => ({ headers: "", body: "" }),
  },
  limits: DEFAULT_LIMITS,
  environment: systemEnvironment,
  log: SILENT,
  warnings: new ClientWarnings(SILENT, systemEnvironment, 1),
  gate: new CommitGate(),
  slices: new SliceQueue(DEFAULT_LIMITS.sliceMsMax),
  memory: new ClientMemory(0, DEFAULT_LIMITS.unauthenticatedBytesMax),
  tls: undefined,
});
process.stdout.write(`port ${await listener.listen(0, "127.0.0.1")}\n`);
process.once("SIGTERM", () => process.exit(0));
