/** The hog of `probe.ts`, in a thread of its own: what it reads must not hold up the client whose waiting is measured. */
import { connect } from "node:net";
import { workerData } from "node:worker_threads";

/** What the hog sends. */
export interface HogWork {
  readonly port: number;
  /** Sent first, and answered before the rest is sent. */
  readonly login: string;
  /** Sent again whenever something of its answer has come, so that there is always more to do. */
  readonly bytes: string;
  /** Connections that do so. */
  readonly connections: number;
}

const { port, login, bytes, connections } = workerData as HogWork;
for (let i = 0; i < connections; i++) {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  socket.on("error", () => process.exit());
  socket.write(login, "latin1");
  socket.on("data", () => {
    if (socket.writableLength === 0) socket.write(bytes, "latin1");
  });
}
