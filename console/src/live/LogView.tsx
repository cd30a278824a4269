/** A log on the page: its tools, and the rows in sight, the latest on top. Scrolling away from the top holds it still. */
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useActions } from "../app/actions.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, IconButton, Problem } from "../ui/controls.tsx";
import { copyToClipboard, saveFile } from "../ui/save.ts";
import { VirtualList } from "../ui/virtual-list.tsx";
import type { Follower } from "./follower.ts";
import type { Log } from "./log.ts";

interface LogViewProps<T> {
  readonly log: Log<T>;
  readonly label: string;
  /** Whether an entry is shown. Changes when the filter does. */
  readonly filter: (entry: T) => boolean;
  readonly row: (entry: T) => JSX.Element;
  /** An entry as a line of text, for copying and export. */
  readonly text: (entry: T) => string;
  readonly fileName: string;
  readonly onClear: () => void;
  /** Controls of its own, before the others. */
  readonly tools?: ComponentChildren;
  /** Filters, below the tools. */
  readonly filters?: ComponentChildren;
  /** What stands in place of rows. */
  readonly empty: string;
}

const ROW_PX = 26;

/** Pixels from the top at which a list is still one that shows the latest. */
const TOP_PX = 4;

export function LogView<T>(props: LogViewProps<T>) {
  const { log, label, filter, row, text, fileName, onClear, tools, filters, empty } = props;
  const version = log.version.value;
  const isPaused = log.frozen.value !== undefined;
  // A paused list is not filtered again because of what came meanwhile.
  const shown = useMemo(() => log.shown.filter(filter).reverse(), [isPaused ? log.frozen.value : version, filter]);
  const lines = (): string => `${shown.toReversed().map(text).join("\n")}\n`;
  const pause = (): void => log.pause(log.frozen.value === undefined);
  useActions(() => [{ id: "pause-log", title: TEXTS.live.pauseLog, keys: "p", run: pause }], [log]);
  const onScroll = (event: Event): void => {
    if ((event.target as HTMLElement).scrollTop > TOP_PX && log.frozen.value === undefined) log.pause(true);
  };
  return (
    <>
      <div class="live-tools">
        {tools}
        <Button icon={isPaused ? "play" : "pause"} onClick={pause}>
          {isPaused ? TEXTS.live.resume : TEXTS.live.pause}
        </Button>
        <span class="grow" />
        <span class="hint" role="status">
          {TEXTS.live.logShown(shown.length, log.total, log.missed)}
        </span>
        <IconButton icon="copy" label={TEXTS.live.copyLines} onClick={() => void copyToClipboard(lines())} />
        <IconButton
          icon="download"
          label={TEXTS.live.exportLines}
          onClick={() => saveFile(fileName, lines(), "text/plain")}
        />
        <IconButton icon="trash" label={TEXTS.live.clear} onClick={onClear} />
      </div>
      {filters}
      <div class="log" onScrollCapture={onScroll}>
        {shown.length === 0 ? (
          <Empty>{log.total === 0 ? empty : TEXTS.live.noneMatches}</Empty>
        ) : (
          <VirtualList label={label} count={shown.length} rowPx={ROW_PX} row={(index) => row(shown[index]!)} />
        )}
      </div>
    </>
  );
}

/** How a stream is, where that is worth a word. */
export function StreamState({ follower, what }: { readonly follower: Follower | undefined; readonly what: string }) {
  if (follower?.refusal.value !== undefined)
    return <Problem text={TEXTS.live.streamRefused(what, follower.refusal.value)} />;
  if (follower?.state.value === "away") return <p class="note">{TEXTS.live.streamAway}</p>;
  return null;
}

interface FilterFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** A field that narrows a log, with its label in it. */
export function FilterField({ label, value, onInput }: FilterFieldProps) {
  return (
    <input
      class="input filter-field"
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

/** The time of day, to the millisecond. */
export function timeOf(atMs: number): string {
  const date = new Date(atMs);
  return `${date.toLocaleTimeString("en-GB")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
