/** What a worker and the primary say to each other beside the state that servers share. */
import type { MetricsOfProcess, SharedBeginning, SharedMessage } from "../server/shared-messages.ts";

/** What a worker says. */
export type FromWorker =
  /** It listens for what it is to begin with. */
  | { readonly kind: "here" }
  | { readonly kind: "ready"; readonly port: number; readonly redisPort: number | undefined; readonly banner: string }
  /** It cannot start; the line for the user, and the exit status. */
  | { readonly kind: "failed"; readonly line: string; readonly code: number }
  /** A client has sent SHUTDOWN. */
  | { readonly kind: "shutdown" }
  /** It wants the metrics of all workers, itself included. `ask` is a number of its own. */
  | { readonly kind: "ask metrics"; readonly ask: number }
  /** Its metrics, for a {@link ToWorker} `tell metrics`. */
  | { readonly kind: "metrics"; readonly survey: number; readonly metrics: MetricsOfProcess }
  | { readonly kind: "shared"; readonly message: SharedMessage };

/** Options that all workers have from the primary, in place of their own. */
export interface CommonOptions {
  readonly port?: number;
  readonly redisPort?: number | "auto" | "off";
  readonly token?: string;
  readonly readOnlyToken?: string;
  readonly aclFile?: string;
}

/** What the primary says. */
export type ToWorker =
  | {
      readonly kind: "start";
      readonly id: number;
      readonly beginning: SharedBeginning;
      readonly options: CommonOptions;
    }
  | { readonly kind: "end" }
  | { readonly kind: "reread"; readonly withUsers: boolean }
  | { readonly kind: "tell metrics"; readonly survey: number }
  | { readonly kind: "all metrics"; readonly ask: number; readonly all: readonly MetricsOfProcess[] }
  | { readonly kind: "shared"; readonly message: SharedMessage };
