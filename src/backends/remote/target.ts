/** Where a backend is: what URLs say, and how a socket gets there. */
import { X509Certificate } from "node:crypto";
import { connect, isIPv6 } from "node:net";
import type { NetConnectOpts, Socket } from "node:net";
import { checkServerIdentity as checkNames, connect as connectTls } from "node:tls";
import type { PeerCertificate } from "node:tls";

/** Certificates for `rediss://`, in PEM. */
export interface RemoteTls {
  /** Authorities that the backend's certificate may come from, in place of the system's. */
  readonly ca?: string | Buffer;
  /** A certificate of our own and its key, where the backend asks for one. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/** A host and a port, or the path of a Unix socket. */
export type Address = HostAddress | { readonly path: string };

export interface HostAddress {
  readonly host: string;
  readonly port: number;
}

/** Sentinels, which know where the primary of a group is. */
export interface SentinelGroup {
  readonly sentinels: readonly HostAddress[];
  /** The group's name. */
  readonly name: string;
  /** What the Sentinels themselves ask for. */
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** Some nodes of a Cluster, which know the others. */
interface ClusterSeeds {
  readonly nodes: readonly HostAddress[];
}

/** One server, with what it is told at the beginning of each connection. */
export interface Target {
  readonly address: Address | SentinelGroup | ClusterSeeds;
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The database that sessions begin with. */
  readonly database: number;
}

const DEFAULT_PORT = 6379;
const SENTINEL_PORT = 26_379;

/** Reads `redis://`, `rediss://`, `unix:` and `redis+sentinel://` URLs. Throws an Error that says in one line what is wrong, without the password. */
export function parseTarget(url: string): Target {
  if (url.startsWith("unix:")) return parseUnix(url);
  if (/^rediss?\+sentinel:/.test(url)) return parseSentinel(url);
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (error) {
    throw new Error(`${shown(url)} is no URL; write redis://host:port or unix:/path`, { cause: error });
  }
  const { hostname, password, pathname, port, protocol, search, username } = parsed;
  if (protocol !== "redis:" && protocol !== "rediss:") {
    throw new Error(
      `${shown(url)} begins with ${protocol}//; there are redis://, rediss://, redis+sentinel:// and unix:`,
    );
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

/**
 * Reads the URLs of one backend: that of one server or Sentinel group, or those of several nodes of a Cluster. Credentials of
 * the first hold for all.
 */
export function parseTargets(urls: readonly string[]): Target {
  const [first, ...others] = urls.map(parseTarget) as [Target, ...Target[]];
  if (others.length === 0) return first;
  const nodes = [first, ...others].map(({ address }, i) => {
    if ("host" in address) return address;
    throw new Error(`${shown(urls[i]!)} is no node of a Cluster; several URLs have to be redis:// or rediss://`);
  });
  for (const [i, other] of others.entries()) {
    const isLike = (["isTls", "database"] as const).every((name) => other[name] === first[name]);
    const isSilent = other.username === undefined && other.password === undefined;
    const isSame = other.username === first.username && other.password === first.password;
    if (!isLike || !(isSilent || isSame)) {
      throw new Error(
        `${shown(urls[i + 1]!)} differs from the first URL in more than host and port; one set of credentials holds for all nodes`,
      );
    }
  }
  if (first.database > 0) throw new Error(`${shown(urls[0]!)} names a database, and a Cluster has only the first`);
  return { ...first, address: { nodes } };
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

const SENTINEL_FORM = "write redis+sentinel://host:port,host:port/name";

/** `redis[s]+sentinel://[user:password@]host[:port][,…]/name[/database][?sentinel_user=…&sentinel_password=…]` */
function parseSentinel(url: string): Target {
  const match =
    /^(rediss?)\+sentinel:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^@/?]+)\/([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(url);
  if (match === null) throw new Error(`${shown(url)} does not say where the Sentinels are; ${SENTINEL_FORM}`);
  const [, scheme, username = "", password = "", hosts = "", name = "", database = "", query = ""] = match;
  const more = new URLSearchParams(query);
  const unknown = [...more.keys()].find((key) => key !== "sentinel_user" && key !== "sentinel_password");
  if (unknown !== undefined) {
    throw new Error(`${shown(url)} has ${unknown} in its query; there are sentinel_user and sentinel_password`);
  }
  return {
    address: {
      sentinels: hosts.split(",").map((host) => sentinelAddress(url, host)),
      name: decoded(url, name)!,
      username: more.get("sentinel_user") ?? undefined,
      password: more.get("sentinel_password") ?? undefined,
    },
    isTls: scheme === "rediss",
    ...credentials(url, username, password),
    database: databaseOf(url, database),
  };
}

function sentinelAddress(url: string, text: string): HostAddress {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/i.exec(text);
  const port = Number(match?.[3] ?? SENTINEL_PORT);
  if (match === null || port < 1 || port > 65_535) {
    throw new Error(`${shown(url)} names a Sentinel ${text}, which is no host and port; ${SENTINEL_FORM}`);
  }
  return { host: match[1] ?? match[2]!, port };
}

function credentials(url: string, username: string, password: string): Pick<Target, "username" | "password"> {
  return { username: decoded(url, username), password: decoded(url, password) };
}

/** A part of a URL; undefined when it is empty. */
function decoded(url: string, text: string): string | undefined {
  try {
    return text === "" ? undefined : decodeURIComponent(text);
  } catch (error) {
    throw new Error(`a name or password in ${shown(url)} has a % that begins no code of a char; write it as %25`, {
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
  return url.replace(/(:\/\/|^unix:)[^@]*@/, "$1***@").replace(/(sentinel_password=)[^&]*/, "$1***");
}

/** The address, for people. */
export function describeTarget({ address }: Pick<Target, "address">): string {
  if ("path" in address) return address.path;
  if ("nodes" in address) return address.nodes.map((one) => describeTarget({ address: one })).join(", ");
  if ("sentinels" in address) {
    return `${address.name} of the Sentinels ${address.sentinels.map((one) => describeTarget({ address: one })).join(", ")}`;
  }
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** As much as Node reads at once. All plain sockets read into this one, since a chunk is looked at before the next read. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Silence after which the system probes whether the other side is still there, in milliseconds. */
const KEEP_ALIVE_MS = 10_000;

/** Node's check, for which an address of IPv6 is a name in some versions (22.23). */
function checkServerIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  if (isIPv6(host) && new X509Certificate(certificate.raw).checkIP(host) !== undefined) return undefined;
  return checkNames(host, certificate);
}

/** Opens a socket. `ready` is called when bytes can be sent, `receive` with each chunk, which is only lent. */
export function openSocket(
  address: Address,
  isTls: boolean,
  tls: RemoteTls,
  ready: () => void,
  receive: (chunk: Buffer) => void,
): Socket {
  const common = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  if (isTls && "host" in address) {
    // A name is sent only where it is one: TLS knows no names that are addresses.
    const servername = /^[0-9.]+$|:/.test(address.host) ? "" : address.host;
    const options = { ...address, ...tls, servername, checkServerIdentity, ALPNProtocols: [] };
    const socket = connectTls(options, ready);
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
