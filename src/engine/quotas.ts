/**
 * Quotas of commands per user, for a day and a month in UTC by the engine's clock. A command counts when it is
 * admitted. Each command of a pipeline or transaction counts, over RESP MULTI and EXEC too; a script counts once.
 * Commands to connect and inspect the server are marked in their rows and do not count. Counts last as long as the
 * engine, unless persistence stores them ({@link Quotas.counts}) and restores them.
 */
import type { CommandSpec } from "../core/command-spec.ts";
import * as errors from "../core/errors.ts";
import type { CommandError } from "../core/reply.ts";
import type { Limits } from "../core/limits.ts";
import type { Session } from "./session.ts";

const DAY_MS = 86_400_000;

interface Usage {
  day: number;
  month: number;
}

/** What users have run on a day, and in its month up to then. */
export interface QuotaCounts {
  /** Days since the epoch, in UTC. */
  readonly day: number;
  readonly users: readonly (readonly [name: string, day: number, month: number])[];
}

/** The counts of all users. */
export class Quotas {
  /** Commands counted since the engine began. */
  counted = 0;
  private readonly limits: Readonly<Limits>;
  private readonly usages = new Map<string, Usage>();
  /** The day since the epoch, and the month since year 0, of the counts. */
  private day = -1;
  private month = -1;

  constructor(limits: Readonly<Limits>) {
    this.limits = limits;
  }

  /** Whether any quota is set. */
  get isSet(): boolean {
    return this.limits.dailyCommandsMax + this.limits.monthlyCommandsMax > 0;
  }

  /** Counts a command of a user; answers an error instead when a quota is exhausted. */
  count(session: Session, { isUncounted }: CommandSpec, nowMs: number): CommandError | undefined {
    if (!session.isAuthenticated || isUncounted) return undefined;
    const day = Math.floor(nowMs / DAY_MS);
    if (day !== this.day) this.begin(day);
    const { dailyCommandsMax, monthlyCommandsMax } = this.limits;
    const usage = this.usageOf(session.user.name);
    if (dailyCommandsMax > 0 && usage.day >= dailyCommandsMax) {
      return errors.dailyQuotaExceeded(dailyCommandsMax, usage.day);
    }
    if (monthlyCommandsMax > 0 && usage.month >= monthlyCommandsMax) {
      return errors.monthlyQuotaExceeded(monthlyCommandsMax, usage.month);
    }
    usage.day++;
    usage.month++;
    this.counted++;
    return undefined;
  }

  /** The counts to store. */
  get counts(): QuotaCounts {
    return { day: this.day, users: Array.from(this.usages, ([name, { day, month }]) => [name, day, month]) };
  }

  /** Continues from stored counts. The next command drops those of a day or a month that is over. */
  restore({ day, users }: QuotaCounts): void {
    this.begin(day);
    for (const [name, dayCount, monthCount] of users) this.usages.set(name, { day: dayCount, month: monthCount });
  }

  /** Adds what the same users have run in other processes. Counts of a day that is over are dropped. */
  add({ day, users }: QuotaCounts): void {
    if (day > this.day) this.begin(day);
    if (day < this.day) return;
    for (const [name, dayCount, monthCount] of users) {
      const usage = this.usageOf(name);
      usage.day += dayCount;
      usage.month += monthCount;
    }
  }

  private usageOf(user: string): Usage {
    let usage = this.usages.get(user);
    if (usage === undefined) this.usages.set(user, (usage = { day: 0, month: 0 }));
    return usage;
  }

  private begin(day: number): void {
    this.day = day;
    const date = new Date(day * DAY_MS);
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
    if (month !== this.month) this.usages.clear();
    this.month = month;
    for (const usage of this.usages.values()) usage.day = 0;
  }
}
