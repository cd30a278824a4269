/** A progress bar on standard error, if that is a terminal. */
import cliProgress from "cli-progress";
import type { Progress } from "../transfer/progress.ts";

interface ProgressBar extends Progress {
  stop(): void;
}

/** Keys between two updates. */
const STEP_KEYS = 64;

/** `total` is the number of keys; undefined when it is not known. */
export function progressBar(title: string, total: number | undefined): ProgressBar {
  if (!process.stderr.isTTY) return { step: () => {}, stop: () => {} };
  const format = total === undefined ? `${title} {value} keys` : `${title} {bar} {percentage}% | {value}/{total} keys`;
  const bar = new cliProgress.SingleBar({ format, stream: process.stderr, hideCursor: true, clearOnComplete: true });
  bar.start(total ?? 0, 0);
  return {
    step: (keys) => {
      if (keys % STEP_KEYS === 0) bar.update(keys);
    },
    stop: () => bar.stop(),
  };
}
