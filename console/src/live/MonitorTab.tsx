/** Every command that the server runs, while it runs them. */
import { signal } from "@preact/signals";
import { useMemo, useState } from "preact/hooks";
import { fromText } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "../ui/controls.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { live } from "./live.ts";
import { FilterField, LogView, StreamState, timeOf } from "./LogView.tsx";
import { isWanted, showLine } from "./monitor-line.ts";
import type { MonitorFilter, MonitorLine } from "./monitor-line.ts";
import type { MonitorStream } from "./streams.ts";

/** Kept while other tabs are shown. */
const wanted = signal<MonitorFilter>({ command: "", key: "", client: "", text: "" });

const FIELDS = ["command", "key", "client", "text"] as const;

export function MonitorTab() {
  const { monitor } = live();
  const { follower } = monitor;
  const [opened, setOpened] = useState<MonitorLine>();
  const filter = useMemo(() => {
    const { key, ...others } = wanted.value;
    const asked = { ...others, key: fromText(key) };
    return (line: MonitorLine) => isWanted(line, asked);
  }, [wanted.value]);
  const isRunning = follower.state.value !== "stopped" && follower.state.value !== "refused";
  return (
    <div class="live-page live-full">
      <p class="hint">{TEXTS.live.monitorHint}</p>
      <StreamState follower={follower} what={TEXTS.live.tabs.monitor} />
      <LogView
        log={monitor.log}
        label={TEXTS.live.tabs.monitor}
        filter={filter}
        text={showLine}
        fileName="stashd-monitor.txt"
        onClear={() => monitor.clear()}
        empty={isRunning ? TEXTS.live.monitorWaits : TEXTS.live.monitorOff}
        tools={
          <Button
            icon={isRunning ? "stop" : "play"}
            look={isRunning ? "plain" : "primary"}
            onClick={() => (isRunning ? follower.stop() : follower.start())}
          >
            {isRunning ? TEXTS.live.stop : TEXTS.live.startMonitor}
          </Button>
        }
        filters={<Filters monitor={monitor} />}
        row={(line) => <Line line={line} onOpen={() => setOpened(line)} />}
      />
      {opened !== undefined && (
        <Dialog title={opened.command} wide onClose={() => setOpened(undefined)}>
          <pre class="whole-line">{showLine(opened)}</pre>
        </Dialog>
      )}
    </div>
  );
}

function Line({ line, onOpen }: { readonly line: MonitorLine; readonly onOpen: () => void }) {
  return (
    <div class="log-row" role="listitem">
      <time>{timeOf(line.atS * 1000)}</time>
      <span class="log-client" title={line.client}>
        {line.client}
      </span>
      <button type="button" class="log-open" onClick={onOpen} title={TEXTS.live.openLine}>
        {line.command}
      </button>
      <code>{line.rest.slice(0, ROW_CHARS)}</code>
    </div>
  );
}

/** Chars of a line that a row can show. */
const ROW_CHARS = 400;

/** Commands whose counts are shown. */
const COUNTS_SHOWN = 12;

function Filters({ monitor: { counts, log } }: { readonly monitor: MonitorStream }) {
  void log.version.value;
  const set = (name: keyof MonitorFilter, value: string): void =>
    void (wanted.value = { ...wanted.value, [name]: value });
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, COUNTS_SHOWN);
  return (
    <>
      <div class="live-filters">
        {FIELDS.map((name) => (
          <FilterField
            key={name}
            label={TEXTS.live.monitorFilters[name]}
            value={wanted.value[name]}
            onInput={(value) => set(name, value)}
          />
        ))}
      </div>
      {most.length > 0 && (
        <div class="counts" role="group" aria-label={TEXTS.live.counts}>
          {most.map(([command, count]) => (
            <button
              key={command}
              type="button"
              class="count"
              aria-pressed={wanted.value.command === command}
              onClick={() => set("command", wanted.value.command === command ? "" : command)}
            >
              {command} <b>{count.toLocaleString("en")}</b>
            </button>
          ))}
        </div>
      )}
    </>
  );
}
