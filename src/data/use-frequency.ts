/**
 * How often a key is used, in 32 bits: a counter of 8 bits, and above it the minute of its last update, modulo 2^24. A
 * use raises the counter with a probability that falls as it grows; every few minutes without a use lower it by one.
 * Source: the article "Using Redis as an LRU cache".
 */

/** The counter of a new key, which keeps it from being evicted first. */
const FIRST_COUNT = 5;
const COUNT_MAX = 255;
const MINUTES = 2 ** 24;

/** Counts uses by Redis's LFU. */
export class UseFrequency {
  /** lfu-log-factor: the larger it is, the more uses it takes to raise a counter. */
  logFactor = 10;
  /** lfu-decay-time: minutes without a use that lower a counter by one; 0 for never. */
  decayMinutes = 1;
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** The use of a new key. `seconds` is the current time since the epoch, as in the methods below. */
  first(seconds: number): number {
    return this.of(FIRST_COUNT, seconds);
  }

  /** The use of a key with this counter. */
  of(count: number, seconds: number): number {
    return (minuteOf(seconds) << 8) | count;
  }

  /** The use of a key after one more use. */
  next(use: number, seconds: number): number {
    const count = this.count(use, seconds);
    const base = Math.max(0, count - FIRST_COUNT);
    const rises = count < COUNT_MAX && this.random() * (base * this.logFactor + 1) < 1;
    return this.of(rises ? count + 1 : count, seconds);
  }

  /** The counter as of now, which OBJECT FREQ answers. */
  count(use: number, seconds: number): number {
    const count = use & 0xff;
    if (this.decayMinutes === 0) return count;
    return Math.max(0, count - Math.floor(this.idleSeconds(use, seconds) / 60 / this.decayMinutes));
  }

  /** Seconds since the counter was updated, in whole minutes. */
  idleSeconds(use: number, seconds: number): number {
    return ((minuteOf(seconds) - (use >>> 8) + MINUTES) % MINUTES) * 60;
  }
}

function minuteOf(seconds: number): number {
  return Math.floor(seconds / 60) % MINUTES;
}
