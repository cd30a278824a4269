/** Where a backend is: what a URL says, and how a socket gets there. */
import { connect } from "node:net";
import type { NetConnectOpts, Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Certificates for `rediss://`, in PEM. */
export interface RemoteTls {
  /** Authorities that the backend's certificate may come from, in place of the system's. */
  readonly ca?: string | Buffer;
  /** A certificate of our own and its key, where the backend asks for one. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/** One server, with what it is told at the beginning of each connection. */
export interface Target {
  /** A host and a port, or the path of a Unix socket. */
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The database that sessions begin with. */
  readonly database: number;
}

const DEFAULT_PORT = 6379;

/** Reads `redis://`, `rediss://` and `unix:` URLs. Throws an Error that says in one line what is wrong, without the password. */
export function parseTarget(url: string): Target {
  if (url.startsWith("unix:")) return parseUnix(url);
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (error) {
    throw new Error(`${shown(url)} is no URL; write redis://host:port or unix:/path`, { cause: error });
  }
  const { hostname, password, pathname, port, protocol, search, username } = parsed;
  if (protocol !== "redis:" && protocol !== "rediss:") {
    throw new Error(`${shown(url)} begins with ${protocol}//; there are redis://, rediss:// and unix:`);
  }
  if (hostname === "") throw new Error(`${shown(url)} names no host`);
  if (search !== "") throw new Error(`${shown(url)} has a query, which means nothing here`);
  return {
    address: { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? DEFAULT_PORT : Number(port) },
    isTls: protocol === "rediss:",
    ...credentials(url, username, password),
    database: databaseOf(url, pathname.slice(1)),
  };
}

/** `unix:[//][user:password@]/path[?db=n]` */
function parseUnix(url: string): Target {
  const match = /^unix:(?:\/\/)?(?:([^:@/]*)(?::([^@/]*))?@)?(\/[^?]*)(?:\?db=([^&]*))?$/.exec(url);
  if (match === null) throw new Error(`${shown(url)} names no socket; write unix:/path/to/redis.sock`);
  const [, username = "", password = "", path = "", database = ""] = match;
  return {
    address: { path },
    isTls: false,
    ...credentials(url, username, password),
    database: databaseOf(url, database),
  };
}

function credentials(url: string, username: string, password: string): Pick<Target, "username" | "password"> {
  try {
    return {
      username: username === "" ? undefined : decodeURIComponent(username),
      password: password === "" ? undefined : decodeURIComponent(password),
    };
  } catch (error) {
    throw new Error(`the name or password in ${shown(url)} has a % that begins no code of a char; write it as %25`, {
      cause: error,
    });
  }
}

function databaseOf(url: string, text: string): number {
  if (text === "") return 0;
  if (!/^[0-9]{1,5}$/.test(text)) throw new Error(`${shown(url)} ends in ${text}, which is no number of a database`);
  return Number(text);
}

/** A URL without its password. */
function shown(url: string): string {
  return url.replace(/(:\/\/|^unix:)[^@]*@/, "$1***@");
}

/** The address, for people. */
export function describeTarget({ address }: Target): string {
  if ("path" in address) return address.path;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** As much as Node reads at once. All plain sockets read into this one, since a chunk is looked at before the next read. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Silence after which the system probes whether the other side is still there, in milliseconds. */
const KEEP_ALIVE_MS = 10_000;

/** Opens a socket. `ready` is called when bytes can be sent, `receive` with each chunk, which is only lent. */
export function openSocket(
  { address, isTls }: Target,
  tls: RemoteTls,
  ready: () => void,
  receive: (chunk: Buffer) => void,
): Socket {
  const common = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  if (isTls && "host" in address) {
    // A name is sent only where it is one: TLS knows no names that are addresses.
    const servername = /^[0-9.]+$|:/.test(address.host) ? "" : address.host;
    const socket = connectTls({ ...address, ...tls, servername, ALPNProtocols: [] }, ready);
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    return socket.on("data", receive);
  }
  const callback = (length: number): boolean => {
    receive(buffer.subarray(0, length));
    return true;
  };
  const options: NetConnectOpts = { ...common, ...address, onread: { buffer, callback } };
  return connect(options, ready);
}
