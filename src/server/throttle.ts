/**
 * Limits failed logins per address with a token bucket: a failure takes one, time refills it. An address whose bucket
 * is empty is blocked, even with the right password, since otherwise guessing could continue and the right guess would
 * still be found. Other addresses are not affected. At most `throttledAddressesMax` addresses have a bucket; beyond it,
 * the one whose last failure is oldest is forgotten.
 */
import type { Environment } from "../core/environment.ts";
import type { Limits } from "../core/limits.ts";

const MINUTE_MS = 60_000;

interface Bucket {
  /** Failures that the address has left, at `atMs`. */
  left: number;
  atMs: number;
}

/** The buckets of all addresses that have failed lately. */
export class LoginThrottle {
  private readonly environment: Environment;
  private readonly limits: Readonly<Limits>;
  /** Buckets by network, in the order of their last failures. */
  private readonly buckets = new Map<string, Bucket>();
  private listener: ((address: string | undefined) => void) | undefined;

  constructor(environment: Environment, limits: Readonly<Limits>) {
    this.environment = environment;
    this.limits = limits;
  }

  /** The number of networks with a bucket. */
  get size(): number {
    return this.buckets.size;
  }

  /** Whether an address is blocked. */
  isBlocked(address: string | undefined): boolean {
    if (this.buckets.size === 0) return false;
    const key = networkOf(address);
    const bucket = this.buckets.get(key);
    if (bucket === undefined) return false;
    this.refill(bucket, this.perMinute(key));
    return bucket.left < 1;
  }

  /** Calls `listener` for each address that fails here. */
  onFailed(listener: (address: string | undefined) => void): void {
    this.listener = listener;
  }

  /** Counts a failure. Answers whether the address became blocked by it. */
  failed(address: string | undefined): boolean {
    this.listener?.(address);
    return this.count(address);
  }

  /** Counts a failure, here or in another process. Answers whether the address became blocked by it. */
  count(address: string | undefined): boolean {
    const key = networkOf(address);
    const perMinute = this.perMinute(key);
    if (perMinute === 0) return false;
    const bucket = this.buckets.get(key) ?? { left: perMinute, atMs: this.environment.now() };
    this.refill(bucket, perMinute);
    const mayStill = bucket.left >= 1;
    bucket.left = Math.max(0, bucket.left - 1);
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > this.limits.throttledAddressesMax) this.forgetOldest();
    return mayStill && bucket.left < 1;
  }

  /** The failures that each network has left, for {@link restore} elsewhere. */
  get left(): readonly (readonly [network: string, left: number])[] {
    return Array.from(this.buckets, ([key, bucket]) => {
      this.refill(bucket, this.perMinute(key));
      return [key, bucket.left];
    });
  }

  restore(left: readonly (readonly [network: string, left: number])[]): void {
    for (const [key, count] of left) this.buckets.set(key, { left: count, atMs: this.environment.now() });
  }

  private refill(bucket: Bucket, perMinute: number): void {
    const nowMs = this.environment.now();
    const passedMs = Math.max(0, nowMs - bucket.atMs);
    bucket.left = Math.min(perMinute, bucket.left + (passedMs * perMinute) / MINUTE_MS);
    bucket.atMs = nowMs;
  }

  private perMinute(key: string): number {
    return key === LOOPBACK ? this.limits.localFailedLoginsMax : this.limits.failedLoginsMax;
  }

  private forgetOldest(): void {
    for (const key of this.buckets.keys()) {
      this.buckets.delete(key);
      return;
    }
  }
}

const LOOPBACK = "loopback";

/**
 * The network that shares a bucket: an IPv4 address, or the first 64 bits of an IPv6 address, which providers assign as
 * a whole.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return "";
  const plain = address.startsWith("::ffff:") ? address.slice(7) : address;
  if (plain === "::1" || plain.startsWith("127.")) return LOOPBACK;
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("%")[0]!.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
