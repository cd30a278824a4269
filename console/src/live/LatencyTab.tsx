/** What took long beside commands: events of the latency monitor, what the doctor says, and how long commands take. */
import { useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import { fromText } from "../client/bytes.ts";
import { itemsOf, numberOf, pairsOf, textOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, IconButton, Problem } from "../ui/controls.tsx";
import { formatValue } from "./chart-list.ts";
import { fromCumulative, percentile, total } from "./histogram.ts";
import type { Histogram } from "./histogram.ts";
import { live } from "./live.ts";
import { Threshold } from "./SlowTab.tsx";
import { useReading } from "./use-reading.ts";
import { LiveTable } from "./LiveTable.tsx";

export function LatencyTab() {
  const { client } = live();
  const { mayWrite } = theSession().rights;
  const { problem, read, value } = useReading(async () => {
    const events = itemsOf(await client.command("LATENCY LATEST")).map((reply) => {
      const [name, at, latest, worst] = itemsOf(reply);
      return { name: textOf(name!), atS: numberOf(at!), latestMs: numberOf(latest!), worstMs: numberOf(worst!) };
    });
    return { events, doctor: textOf(await client.command("LATENCY DOCTOR")) };
  });
  const [opened, setOpened] = useState<string>();
  const reset = (): void => void client.command("LATENCY RESET").then(read, read);
  return (
    <div class="live-page">
      <div class="live-tools">
        <Threshold name="latency-monitor-threshold" unit="ms" text={TEXTS.live.latencyThreshold} />
        <span class="grow" />
        <IconButton icon="refresh" label={TEXTS.app.refresh} onClick={read} />
        {mayWrite && problem === undefined && (
          <Button icon="trash" onClick={reset}>
            {TEXTS.live.resetLatency}
          </Button>
        )}
      </div>
      {problem !== undefined && <Problem text={problem} />}
      {value !== undefined && (
        <>
          {value.events.length === 0 ? (
            <Empty>{TEXTS.live.noLatency}</Empty>
          ) : (
            <LiveTable titles={TEXTS.live.latencyColumns}>
              {value.events.map(({ atS, latestMs, name, worstMs }) => (
                <tr key={name}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => setOpened(name)}>
                      {name}
                    </button>
                  </th>
                  <td>{TEXTS.live.when(atS)}</td>
                  <td>{formatValue(latestMs, "ms")}</td>
                  <td>{formatValue(worstMs, "ms")}</td>
                </tr>
              ))}
            </LiveTable>
          )}
          {opened !== undefined && <History key={opened} name={opened} />}
          <h2>{TEXTS.live.doctor}</h2>
          <p class="pre-wrap">{value.doctor}</p>
          <Histograms />
        </>
      )}
    </div>
  );
}

/** When one event took long, as bars. */
function History({ name }: { readonly name: string }) {
  const { client } = live();
  const { problem, value } = useReading(async () =>
    itemsOf(await client.command("LATENCY HISTORY", fromText(name))).map((reply) => itemsOf(reply).map(numberOf)),
  );
  if (problem !== undefined) return <Problem text={problem} />;
  if (value === undefined) return null;
  const most = Math.max(1, ...value.map(([, ms]) => ms!));
  return (
    <>
      <h2>{TEXTS.live.history(name)}</h2>
      <ul class="bars">
        {value.toReversed().map(([atS, ms]) => (
          <Bar key={atS} label={TEXTS.live.when(atS!)} part={ms! / most} value={formatValue(ms, "ms")} />
        ))}
      </ul>
    </>
  );
}

interface BarProps {
  readonly label: string;
  /** Its length, from 0 to 1. */
  readonly part: number;
  readonly value: string;
}

function Bar({ label, part, value }: BarProps) {
  return (
    <li class="bar">
      <span>{label}</span>
      <span class="bar-track" aria-hidden="true">
        <span class="bar-part" style={{ width: `${part * 100}%` }} />
      </span>
      <b>{value}</b>
    </li>
  );
}

/** How long each command takes, since the start. */
function Histograms() {
  const { client } = live();
  const [opened, setOpened] = useState<string>();
  const { problem, value } = useReading(async () => {
    const all = pairsOf(await client.command("LATENCY HISTOGRAM")).map(([name, facts]) => {
      const pairs = pairsOf(itemsOf(facts).at(-1)!).map(([us, upTo]) => [numberOf(us), numberOf(upTo)] as const);
      return [textOf(name), fromCumulative(pairs)] as const;
    });
    return all.sort((a, b) => total(b[1]) - total(a[1]));
  });
  if (problem !== undefined) return <Problem text={problem} />;
  const of = value?.find(([name]) => name === opened)?.[1];
  return (
    <>
      <h2>{TEXTS.live.histograms}</h2>
      <LiveTable titles={TEXTS.live.histogramColumns}>
        {value?.map(([name, histogram]) => (
          <tr key={name}>
            <th scope="row">
              <button type="button" class="link" onClick={() => setOpened(name)}>
                {name.toUpperCase().replace("|", " ")}
              </button>
            </th>
            <td>{total(histogram).toLocaleString("en")}</td>
            {[0.5, 0.99, 0.999].map((part) => (
              <td key={part}>{formatValue((percentile(histogram, part) ?? 0) / 1000, "ms")}</td>
            ))}
          </tr>
        ))}
      </LiveTable>
      {of !== undefined && <Distribution name={opened!} histogram={of} />}
    </>
  );
}

function Distribution({ histogram, name }: { readonly name: string; readonly histogram: Histogram }) {
  const most = Math.max(1, ...histogram.map(([, calls]) => calls));
  return (
    <>
      <h3>{TEXTS.live.distribution(name.toUpperCase().replace("|", " "))}</h3>
      <ul class="bars">
        {histogram.map(([boundUs, calls]) => (
          <Bar
            key={boundUs}
            label={TEXTS.live.upTo(formatValue(boundUs / 1000, "ms"))}
            part={calls / most}
            value={calls.toLocaleString("en")}
          />
        ))}
      </ul>
    </>
  );
}
