/** Work on many keys: in requests of bounded size, with progress, and with an end when it is stopped. One at a time. */
import { signal } from "@preact/signals";
import type { ByteString, Word } from "../client/bytes.ts";
import type { Reply } from "../client/reply.ts";
import type { RestClient } from "../client/rest-client.ts";
import { TEXTS } from "../texts.ts";
import { complain } from "../ui/toasts.tsx";
import { visibleText } from "../ui/visible.ts";

interface Job {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly stop: () => void;
}

/** The job that runs. */
export const job = signal<Job | undefined>(undefined);

/** Keys between two looks whether to go on, where each is little work. */
const PART_KEYS = 500;

/**
 * Works on keys part by part. Answers how many were worked on, which is fewer when the job was stopped. Rejects as `part`
 * does; then what was done is done.
 */
export async function runJob(
  label: string,
  names: readonly ByteString[],
  part: (names: readonly ByteString[]) => Promise<void>,
  partKeys = PART_KEYS,
): Promise<number> {
  job.value?.stop();
  // A part that was sent is waited for: otherwise nobody knew what it did.
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  let done = 0;
  const tell = (): void => void (job.value = { label, done, total: names.length, stop });
  tell();
  try {
    while (done < names.length && !stopping.signal.aborted) {
      const some = names.slice(done, done + partKeys);
      await part(some);
      done += some.length;
      tell();
    }
  } finally {
    if (job.value?.stop === stop) job.value = undefined;
  }
  if (done < names.length) complain(TEXTS.keys.jobStopped(done, names.length));
  return done;
}

interface Outcome {
  /** Names whose command did what it is for. */
  readonly changed: ByteString[];
}

/**
 * Runs a command for each key; each key's stands for itself, so what the user may not change stays, and is told. Rejects when
 * the server is away.
 */
export async function runOnKeys(
  client: RestClient,
  label: string,
  names: readonly ByteString[],
  command: (name: ByteString) => readonly Word[],
  /** Why a reply that is no error changed nothing; undefined when it did. */
  reasonOf: (reply: Reply) => string | undefined = () => undefined,
): Promise<Outcome> {
  const changed: ByteString[] = [];
  const refused = new Map<string, number>();
  await runJob(label, names, async (some) => {
    const replies = await client.many(some.map(command));
    replies.forEach((reply, i) => {
      const reason = reply.kind === "error" ? reply.text : reasonOf(reply);
      if (reason === undefined) changed.push(some[i]!);
      else refused.set(kindOf(reason), (refused.get(kindOf(reason)) ?? 0) + 1);
    });
  });
  for (const [reason, count] of refused) complain(TEXTS.keys.jobRefused(count, visibleText(reason)));
  return { changed };
}

/** An error without what differs from key to key. */
const kindOf = (reason: string): string => reason.replace(/'[^']*'/g, "'…'");
