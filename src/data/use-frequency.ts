/**
 * How often a key is used, in 32 bits: a counter of 8 bits that grows ever more slowly the larger it is, and above it
 * the minute when it was last brought up to date, modulo 2^24. A use raises the counter with a probability that falls
 * with it; every few minutes without a use take one off. Source: the article "Using Redis as an LRU cache".
 */

/** What a new key has, so that it is not the first to go. */
const FIRST_COUNT = 5;
const COUNT_MAX = 255;
const MINUTES = 2 ** 24;

export class UseFrequency {
  /** The larger, the more uses it takes to raise a counter (lfu-log-factor). */
  logFactor = 10;
  /** Minutes without a use that take one off a counter; 0 for never (lfu-decay-time). */
  decayMinutes = 1;
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** For a key that is new. `seconds` is the present since the epoch, here and below. */
  first(seconds: number): number {
    return this.of(FIRST_COUNT, seconds);
  }

  /** For a key with this count. */
  of(count: number, seconds: number): number {
    return (minuteOf(seconds) << 8) | count;
  }

  /** After one more use of a key. */
  next(use: number, seconds: number): number {
    const count = this.count(use, seconds);
    const base = Math.max(0, count - FIRST_COUNT);
    const rises = count < COUNT_MAX && this.random() * (base * this.logFactor + 1) < 1;
    return this.of(rises ? count + 1 : count, seconds);
  }

  /** The counter as it is now: what OBJECT FREQ answers. */
  count(use: number, seconds: number): number {
    const count = use & 0xff;
    if (this.decayMinutes === 0) return count;
    return Math.max(0, count - Math.floor(this.idleSeconds(use, seconds) / 60 / this.decayMinutes));
  }

  /** Seconds since the counter was brought up to date, in whole minutes. */
  idleSeconds(use: number, seconds: number): number {
    return ((minuteOf(seconds) - (use >>> 8) + MINUTES) % MINUTES) * 60;
  }
}

function minuteOf(seconds: number): number {
  return Math.floor(seconds / 60) % MINUTES;
}
