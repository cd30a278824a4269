/** Asks all workers for their metrics, for one of them that answers a scrape. */
import type { MetricsOfProcess } from "../server/shared-messages.ts";

/** A question to all workers. */
interface Survey {
  readonly left: Set<number>;
  readonly all: MetricsOfProcess[];
  readonly done: (all: readonly MetricsOfProcess[]) => void;
}

/** The questions under way at the primary. */
export class MetricsSurveys {
  private readonly open = new Map<number, Survey>();
  private last = 0;

  /** Begins one. Answers its number, which is to be sent to these workers. */
  begin(workers: Iterable<number>, done: Survey["done"]): number {
    const survey = ++this.last;
    this.open.set(survey, { left: new Set(workers), all: [], done });
    return survey;
  }

  /** A worker has answered. */
  take(survey: number, worker: number, metrics: MetricsOfProcess): void {
    const asked = this.open.get(survey);
    if (asked?.left.delete(worker) !== true) return;
    asked.all.push(metrics);
    this.endIfComplete(survey, asked);
  }

  /** A worker has ended, and will answer nothing more. */
  forget(worker: number): void {
    for (const [survey, asked] of this.open) {
      if (asked.left.delete(worker)) this.endIfComplete(survey, asked);
    }
  }

  private endIfComplete(survey: number, { all, done, left }: Survey): void {
    if (left.size > 0) return;
    this.open.delete(survey);
    done(all);
  }
}
