/** Listening on one address, or on both loopback addresses with the same port. */

import { createServer } from "node:net";
import type { Server, ServerOpts, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Server as TlsServer } from "node:tls";
import type { ClientWarnings } from "./client-warnings.ts";
import { descriptors } from "./descriptors.ts";
import type { TlsSettings } from "./server-options.ts";

/** One address of a server. */
export interface Listener {
  /** Starts to listen; answers the port. Rejects with the system's error. */
  listen(port: number, host: string): Promise<number>;
  /** Uses another certificate, a valid one, for further connections. Does nothing without TLS. */
  setTls(tls: TlsSettings): void;
  /** Accepts nothing more, gives requests in flight `graceMs` to finish, and closes. */
  close(graceMs: number): Promise<void>;
}

/** The addresses by default. */
export const LOOPBACK = ["127.0.0.1", "::1"] as const;

/** Attempts to find a port that is free on both loopback addresses. */
const PORT_ATTEMPTS_MAX = 20;

/** Listens on `host`; on both loopback addresses when it is undefined. Rejects with the system's error. */
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

/** A TCP or TLS server, and its connections that are not ready yet. */
export interface SocketServer {
  readonly server: Server;
  /** Connections in a TLS handshake, by their address. A server that closes would wait for them. */
  readonly handshaking: ReadonlyMap<string, Socket>;
}

const addressOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

interface SocketServerOptions {
  readonly sockets: ServerOpts;
  /** Undefined for plain TCP. */
  readonly tls: TlsSettings | undefined;
  /** Time for a TLS handshake, in milliseconds. */
  readonly handshakeMsMax: number;
  readonly warnings: ClientWarnings;
  /** Whether neither the server nor its connections keep the process running. */
  readonly isBackground: boolean;
  /** Takes a connection over; answers the socket that it is read from. */
  readonly accept: (socket: Socket) => Socket;
}

/** A server of TCP or TLS connections, limited by the file descriptors of the process. */
export function socketServer(options: SocketServerOptions): SocketServer {
  const { sockets, tls, handshakeMsMax, isBackground, warnings, accept } = options;
  const handshaking = new Map<string, Socket>();
  if (tls === undefined) {
    const server = createServer(sockets, (socket) => {
      if (isBackground) socket.unref();
      if (hasDescriptor(socket, warnings)) accept(socket).once("close", () => descriptors.release());
    });
    if (isBackground) server.unref();
    return { server: surviving(server, warnings), handshaking };
  }
  const { cert, key } = tls;
  const server = createTlsServer({ ...sockets, cert, key, handshakeTimeout: handshakeMsMax }, (socket) => {
    handshaking.delete(addressOf(socket));
    accept(socket);
  });
  server.on("tlsClientError", (_, socket) => socket.destroy());
  server.on("connection", (socket: Socket) => {
    if (!hasDescriptor(socket, warnings)) return;
    const address = addressOf(socket);
    handshaking.set(address, socket);
    socket.once("close", () => {
      descriptors.release();
      if (handshaking.get(address) === socket) handshaking.delete(address);
    });
  });
  return { server: surviving(server, warnings), handshaking };
}

/** Takes a descriptor for a connection until it closes. Closes the connection when none is free. */
export function hasDescriptor(socket: Socket, warnings: ClientWarnings): boolean {
  if (descriptors.take()) return true;
  socket.on("error", () => socket.destroy());
  socket.destroy();
  warnings.warn("descriptors-exhausted", {});
  return false;
}

/** Keeps a server running when a connection cannot be accepted, as for lack of a descriptor. Logs a warning. */
export function surviving<S extends Server>(server: S, warnings: ClientWarnings): S {
  server.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (server.listening) warnings.warn("accept-failed", { code });
  });
  server.on("drop", () =>
    warnings.warn("connection-refused", { limit: "connectionsMax", most: server.maxConnections }),
  );
  return server;
}

/** Uses another certificate for further connections of a server, if it speaks TLS. */
export function useTls(server: Server, { cert, key }: TlsSettings): void {
  if ("setSecureContext" in server) (server as TlsServer).setSecureContext({ cert, key });
}

/** Listens on an address; answers the port. Rejects with the system's error. */
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

/** The host in a URL for clients on this machine. */
export function urlHost(host: string | undefined): string {
  if (host === undefined || host === "0.0.0.0" || host === "::") return LOOPBACK[0];
  return host.includes(":") ? `[${host}]` : host;
}
