/** Where servers listen: one address, or both loopback addresses on the same port. */

import { createServer } from "node:net";
import type { Server, ServerOpts, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { TlsSettings } from "./options.ts";

/** One address of a server. */
export interface Listener {
  /** Begins to listen; answers the port. Fails with the system's error when it cannot. */
  listen(port: number, host: string): Promise<number>;
  /** Takes nothing more, lets what is in flight finish for so many milliseconds, and closes. */
  close(graceMs: number): Promise<void>;
}

/** The addresses listened on when none is named. */
const LOOPBACK = ["127.0.0.1", "::1"] as const;

/** Any-port starts look this often for a port that is free on both loopback addresses. */
const PORT_ATTEMPTS_MAX = 20;

/** `host` is undefined for both loopback addresses. Fails with the system's error when it cannot listen. */
export async function listenOn(
  create: () => Listener,
  host: string | undefined,
  port: number,
): Promise<{ port: number; listeners: Listener[] }> {
  if (host !== undefined) {
    const listener = create();
    return { port: await listener.listen(port, host), listeners: [listener] };
  }
  for (let attempt = 1; ; attempt++) {
    const [first, second] = [create(), create()];
    const chosen = await first.listen(port, LOOPBACK[0]);
    try {
      await second.listen(chosen, LOOPBACK[1]);
      return { port: chosen, listeners: [first, second] };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A machine without IPv6 is served on IPv4 alone.
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return { port: chosen, listeners: [first] };
      await first.close(0);
      const mayRetry = port === 0 && code === "EADDRINUSE" && attempt < PORT_ATTEMPTS_MAX;
      if (!mayRetry) throw error;
    }
  }
}

export interface SocketServer {
  readonly server: Server;
  /** Those who have yet to shake hands with a TLS server, by their address: a server that closes would wait for them. */
  readonly strangers: ReadonlyMap<string, Socket>;
}

const addressOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** A server of TCP connections, or of TLS connections that have shaken hands within so many milliseconds. */
export function socketServer(
  options: ServerOpts,
  tls: TlsSettings | undefined,
  handshakeMsMax: number,
  accept: (socket: Socket) => void,
): SocketServer {
  const strangers = new Map<string, Socket>();
  if (tls === undefined) return { server: createServer(options, accept), strangers };
  const { cert, key } = tls;
  const server = createTlsServer({ ...options, cert, key, handshakeTimeout: handshakeMsMax }, (socket) => {
    strangers.delete(addressOf(socket));
    accept(socket);
  });
  server.on("tlsClientError", (_, socket) => socket.destroy());
  server.on("connection", (socket: Socket) => {
    const address = addressOf(socket);
    strangers.set(address, socket);
    socket.once("close", () => {
      if (strangers.get(address) === socket) strangers.delete(address);
    });
  });
  return { server, strangers };
}

/** Lets a server listen at an address; answers the port. Fails with the system's error when it cannot. */
export function listenAt(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, ipv6Only: host === "::1" }, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** What a client on this machine connects to. */
export function urlHost(host: string | undefined): string {
  if (host === undefined || host === "0.0.0.0" || host === "::") return LOOPBACK[0];
  return host.includes(":") ? `[${host}]` : host;
}
