/** Charts of how the server is, from the time on when the screen was first opened. */
import { TEXTS } from "../texts.ts";
import { useActions } from "../app/actions.ts";
import { Button, Empty, IconButton, Problem, Select } from "../ui/controls.tsx";
import { saveFile } from "../ui/save.ts";
import { Chart } from "./Chart.tsx";
import { CHARTS, formatValue } from "./chart-list.ts";
import type { ChartSpec } from "./chart-list.ts";
import { commandCosts, errorCounts } from "./info.ts";
import { live } from "./live.ts";
import { SERIES } from "./measure.ts";
import type { Sampler } from "./sampler.ts";
import { summary, toCsv } from "./timeline.ts";
import { change, shown, span, SPANS, zoom } from "./view.ts";
import { LiveTable } from "./LiveTable.tsx";

export function ChartsTab() {
  const { sampler } = live();
  const version = sampler.version.value;
  const { timeline } = sampler;
  const isRefused = sampler.refusal.value !== undefined;
  const specs = isRefused
    ? CHARTS.filter(({ id }) => id === "roundTrip")
    : CHARTS.filter((spec) => hasValues(spec, sampler));
  return (
    <div class="live-page">
      <Tools sampler={sampler} />
      {isRefused && <Problem text={TEXTS.live.infoRefused(sampler.refusal.value!)} />}
      {timeline.times.length === 0 ? (
        <Empty>{TEXTS.app.loading}</Empty>
      ) : (
        <div class="chart-grid">
          {specs.map((spec) => (
            <Chart key={spec.id} spec={spec} timeline={timeline} version={version} note={noteOf(spec, sampler)} />
          ))}
        </div>
      )}
      <ValueTable specs={specs} sampler={sampler} />
      {!isRefused && <CommandTable sampler={sampler} />}
      {!isRefused && <Errors sampler={sampler} />}
    </div>
  );
}

/** A chart about what this server does not have, such as an append-only file, would be empty. */
const hasValues = ({ series }: ChartSpec, { timeline }: Sampler): boolean =>
  timeline.times.length < 3 || series.some((name) => timeline.columns[SERIES.indexOf(name)]!.some((v) => v !== null));

function noteOf({ id }: ChartSpec, { source, latest }: Sampler): string | undefined {
  if (id === "latency") return TEXTS.live.latencyNotes[source.value];
  if (id === "commands") return TEXTS.live.ownCommands;
  if (id !== "persistence" && id !== "unsaved") return undefined;
  return latest?.info === undefined ? undefined : TEXTS.live.persistence(latest.info);
}

function Tools({ sampler }: { readonly sampler: Sampler }) {
  const { timeline, isPaused } = sampler;
  const [firstS, lastS] = [timeline.times[0] ?? 0, timeline.times.at(-1) ?? 0];
  const pause = (): void => sampler.pause(!isPaused.value);
  useActions(() => [{ id: "pause-charts", title: TEXTS.live.pauseCharts, keys: "p", run: pause }]);
  return (
    <div class="live-tools">
      <Button icon={isPaused.value ? "play" : "pause"} onClick={pause}>
        {isPaused.value ? TEXTS.live.resume : TEXTS.live.pause}
      </Button>
      <Select
        label={TEXTS.live.span}
        value={span.value}
        options={SPANS.map((value) => ({ value, label: TEXTS.live.spans[value] }))}
        onSelect={(value) => {
          span.value = value;
          zoom.value = undefined;
        }}
      />
      <Button onClick={() => change(firstS, lastS, 0.5)}>{TEXTS.live.zoomIn}</Button>
      <Button onClick={() => change(firstS, lastS, 2)}>{TEXTS.live.zoomOut}</Button>
      <Button onClick={() => change(firstS, lastS, 1, -0.5)}>{TEXTS.live.earlier}</Button>
      <Button onClick={() => change(firstS, lastS, 1, 0.5)}>{TEXTS.live.later}</Button>
      {zoom.value !== undefined && <Button onClick={() => (zoom.value = undefined)}>{TEXTS.live.latest}</Button>}
      <span class="grow" />
      <IconButton icon="download" label={TEXTS.live.exportCsv} onClick={() => exportCsv(sampler)} />
    </div>
  );
}

function exportCsv({ timeline }: Sampler): void {
  saveFile("stashd-charts.csv", toCsv(timeline.times, SERIES, timeline.columns), "text/csv");
}

/** What the charts show, as a table. */
function ValueTable({ specs, sampler }: { readonly specs: readonly ChartSpec[]; readonly sampler: Sampler }) {
  const { columns, times } = sampler.timeline;
  const [fromS, toS] = shown(times[0] ?? 0, times.at(-1) ?? 0);
  const [from, to] = [sampler.timeline.indexFrom(fromS), sampler.timeline.indexFrom(toS + 0.001)];
  const rows = specs.flatMap(({ series, unit }) =>
    series.map((name) => ({ name, unit, of: summary(columns[SERIES.indexOf(name)]!, from, to) })),
  );
  return (
    <details class="live-details">
      <summary>{TEXTS.live.valueTable}</summary>
      <LiveTable titles={TEXTS.live.valueColumns}>
        {rows.map(({ name, of, unit }) => (
          <tr key={name}>
            <th scope="row">{TEXTS.live.series[name]}</th>
            {[of?.now, of?.min, of?.mean, of?.max].map((value, i) => (
              <td key={i}>{formatValue(value, unit)}</td>
            ))}
          </tr>
        ))}
      </LiveTable>
    </details>
  );
}

/** Commands that are listed: those that have taken most time. */
const COMMANDS_MAX = 15;

function CommandTable({ sampler: { latest } }: { readonly sampler: Sampler }) {
  if (latest?.info === undefined) return null;
  const costs = [...commandCosts(latest.info)].sort((a, b) => b[1].us - a[1].us).slice(0, COMMANDS_MAX);
  return (
    <details class="live-details">
      <summary>{TEXTS.live.commandTable}</summary>
      <LiveTable titles={TEXTS.live.commandColumns}>
        {costs.map(([name, { calls, failed, us }]) => (
          <tr key={name}>
            <th scope="row">{name.toUpperCase().replace("|", " ")}</th>
            <td>{calls.toLocaleString("en")}</td>
            <td>{formatValue(us / 1000, "ms")}</td>
            <td>{formatValue(calls === 0 ? undefined : us / 1000 / calls, "ms")}</td>
            <td>{failed.toLocaleString("en")}</td>
          </tr>
        ))}
      </LiveTable>
    </details>
  );
}

function Errors({ sampler: { latest } }: { readonly sampler: Sampler }) {
  const counts = latest?.info === undefined ? [] : errorCounts(latest.info);
  if (counts.length === 0) return null;
  return <p class="hint">{TEXTS.live.errors(counts)}</p>;
}
