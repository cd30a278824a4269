/**
 * Checks the Host and Origin headers of requests. A server on a loopback address is meant for its own machine, but any
 * web page in a browser there can send requests to it: to 127.0.0.1 directly, or to a host name of its own that it
 * makes resolve to 127.0.0.1 (DNS rebinding). The Origin header shows the first, the Host header the second, and a page
 * can set neither.
 */
import type { CorsPolicy } from "./server-options.ts";

/** The host names of a loopback address. Names under `.localhost` and `.internal` cannot be registered. */
const LOCAL_HOST = /^(?:(?:[a-z0-9_-]+\.)*localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]|host\.docker\.internal)$/;
const LOCAL_ORIGIN = /^https?:\/\/(?:(?:[a-z0-9_-]+\.)*localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?$/;

/**
 * Whether an address is a loopback address, which only its own machine can reach. Undefined stands for both of them.
 */
export function isLoopback(host: string | undefined): boolean {
  return host === undefined || host === "localhost" || host === "::1" || /^127(?:\.[0-9]{1,3}){3}$/.test(host);
}

/** The name in a Host header: without port and final dot, in lower case. */
function hostName(header: string): string {
  return header
    .toLowerCase()
    .replace(/:[0-9]*$/, "")
    .replace(/\.$/, "");
}

/** The host names and origins that a server accepts. */
export class WebOrigins {
  private readonly policy: CorsPolicy;
  private readonly checksHost: boolean;
  private readonly allowedHosts: ReadonlySet<string>;
  /** The last accepted Host header. Clients send the same one with every request. */
  private goodHost: string | undefined;

  /**
   * `host` is the address of the listener, as in the options. On a loopback address its names and those in
   * `allowedHosts` are accepted; on another address those in `allowedHosts`, or any name if there are none.
   */
  constructor(policy: CorsPolicy, host: string | undefined, allowedHosts: readonly string[]) {
    this.policy = policy;
    this.checksHost = isLoopback(host) || allowedHosts.length > 0;
    this.allowedHosts = new Set(allowedHosts.map(hostName));
  }

  /** Whether the server accepts a Host header. A request without one is not from a browser. */
  answersTo(host: string | undefined): boolean {
    if (!this.checksHost || host === undefined || host === this.goodHost) return true;
    const name = hostName(host);
    if (!LOCAL_HOST.test(name) && !this.allowedHosts.has(name)) return false;
    this.goodHost = host;
    return true;
  }

  /**
   * Whether a page of this origin may call. A page of this server may, by `host`. A request without an origin is not
   * from a page.
   */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || this.policy === "*") return true;
    if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return true;
    return this.policy === "local" ? LOCAL_ORIGIN.test(origin) : this.policy.includes(origin);
  }
}
