/**
 * Which names the server answers to, and which web pages may call it. A server on a loopback address is meant for this
 * machine alone, but any page in a browser on it can send requests there: straight away, or under a name of the page's
 * own that suddenly points to 127.0.0.1. Both give themselves away by headers that a page cannot choose.
 */

/** Origins of web pages that may call: any, those on this machine, or these. */
export type CorsPolicy = "*" | "local" | readonly string[];

/** The names that a loopback address has; `.localhost` and `.internal` are nobody's to register. */
const LOCAL_HOST = /^(?:(?:[a-z0-9_-]+\.)*localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]|host\.docker\.internal)$/;
const LOCAL_ORIGIN = /^https?:\/\/(?:(?:[a-z0-9_-]+\.)*localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?$/;

/** Whether a server that listens there can be reached from this machine alone. Undefined is both loopback addresses. */
export function isLoopback(host: string | undefined): boolean {
  return host === undefined || host === "localhost" || host === "::1" || /^127(?:\.[0-9]{1,3}){3}$/.test(host);
}

/** A Host header without its port, as a name that can be compared. */
function hostName(header: string): string {
  return header
    .toLowerCase()
    .replace(/:[0-9]*$/, "")
    .replace(/\.$/, "");
}

export class WebOrigins {
  private readonly policy: CorsPolicy;
  private readonly checksHost: boolean;
  private readonly allowedHosts: ReadonlySet<string>;
  /** The last Host that was good: clients send the same one again and again. */
  private goodHost: string | undefined;

  /**
   * `host` is the address listened on, as in the options. Names in `allowedHosts` are answered to besides those of a
   * loopback address; on another address any name is good while that list is empty.
   */
  constructor(policy: CorsPolicy, host: string | undefined, allowedHosts: readonly string[]) {
    this.policy = policy;
    this.checksHost = isLoopback(host) || allowedHosts.length > 0;
    this.allowedHosts = new Set(allowedHosts.map(hostName));
  }

  /** Whether a request may be addressed like this. One without a Host is not from a browser. */
  answersTo(host: string | undefined): boolean {
    if (!this.checksHost || host === undefined || host === this.goodHost) return true;
    const name = hostName(host);
    if (!LOCAL_HOST.test(name) && !this.allowedHosts.has(name)) return false;
    this.goodHost = host;
    return true;
  }

  /** Whether a page of this origin may call. One that came from this very server may; no origin is not from a page. */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || this.policy === "*") return true;
    if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return true;
    return this.policy === "local" ? LOCAL_ORIGIN.test(origin) : this.policy.includes(origin);
  }
}
