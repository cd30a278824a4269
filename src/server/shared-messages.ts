/** What processes on the same ports tell each other, over a channel that the executable provides. */
import type { UserCopy } from "../access/users.ts";
import type { QuotaCounts } from "../engine/quotas.ts";

/** A failed login at one of them. */
interface FailedLogin {
  readonly kind: "failed login";
  readonly address: string | undefined;
}

/** Users of a database that have changed. All processes take changes in the order in which the primary passes them on. */
export interface ChangedUsers {
  readonly kind: "users";
  /** The index of the database. */
  readonly database: number;
  readonly users: readonly UserCopy[];
  /** The process where they have changed, which gets its own change back; set by the primary. */
  readonly from?: number;
}

/** Commands that quotas have counted since the last of these messages, by database. */
interface CountedCommands {
  readonly kind: "commands";
  readonly counts: readonly QuotaCounts[];
}

/** What limits count of clients: at one process, or at all others. */
export interface OpenClients {
  readonly kind: "clients";
  readonly respConnections: number;
  readonly streams: readonly (readonly [user: string, count: number])[];
}

export type SharedMessage = FailedLogin | ChangedUsers | CountedCommands | OpenClients;

/** What a process begins with. */
export interface SharedBeginning {
  readonly kind: "begin";
  /** By database. */
  readonly users: readonly (readonly UserCopy[])[];
  readonly counts: readonly QuotaCounts[];
  readonly failedLogins: readonly (readonly [network: string, left: number])[];
}

/** Metrics of one process, as its library passes them on: {@link Registry.getMetricsAsJSON} of prom-client. */
export type MetricsOfProcess = readonly object[];

/** The channel of one process to the others. */
export interface Sharing {
  /** The number of this process. */
  readonly id: number;
  readonly beginning: SharedBeginning;
  send(message: SharedMessage): void;
  /** Calls `listener` with what the others send, and with this process's own changes of users. */
  onMessage(listener: (message: SharedMessage) => void): void;
  /** Asks all processes, this one too, for their metrics. One that ends meanwhile is left out. */
  metricsOfAll(): Promise<readonly MetricsOfProcess[]>;
  /** What answers when one asks for them. */
  onMetricsAsked(tell: () => Promise<MetricsOfProcess>): void;
}
