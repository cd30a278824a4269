/** One chart of some series over time. It is drawn on a canvas; what it shows stands beside it as text. */
import type uPlot from "uplot";
import UPlot from "uplot";
import { useEffect, useRef } from "preact/hooks";
import { isDark } from "../app/theme.ts";
import { TEXTS } from "../texts.ts";
import { formatValue } from "./chart-list.ts";
import type { ChartSpec } from "./chart-list.ts";
import { SERIES } from "./measure.ts";
import type { SeriesName } from "./measure.ts";
import { summary } from "./timeline.ts";
import type { Timeline } from "./timeline.ts";
import { hoveredS, shown, zoom, zoomTo } from "./view.ts";

interface ChartProps {
  readonly spec: ChartSpec;
  readonly timeline: Timeline;
  /** Changes when there is something new to draw. */
  readonly version: number;
  /** Where the values come from, where that is not plain. */
  readonly note?: string | undefined;
}

const HEIGHT_PX = 150;

/** Colours by the place of a series in its chart; the dashes tell them apart without colours. */
const COLOURS = ["--accent", "--syntax-keyword", "--syntax-number", "--syntax-key"];
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

const columnOf = (timeline: Timeline, name: SeriesName): (number | null)[] => timeline.columns[SERIES.indexOf(name)]!;

export function Chart({ spec, timeline, version, note }: ChartProps) {
  const ref = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const { times } = timeline;
  const [fromS, toS] = shown(times[0] ?? 0, times.at(-1) ?? 0);
  const range = useRef<[number, number]>([fromS, toS]);
  range.current = [fromS, toS];
  useEffect(() => {
    const element = ref.current!;
    const width = (): number => Math.max(120, element.clientWidth);
    plot.current = new UPlot(optionsOf(spec, width(), range), [[], ...spec.series.map(() => [])], element);
    plot.current.over.addEventListener("dblclick", () => (zoom.value = undefined));
    const resized = new ResizeObserver(() => plot.current!.setSize({ width: width(), height: HEIGHT_PX }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.current!.destroy();
    };
  }, [spec]);
  // One more at each end, so that lines go to the edges.
  const [from, to] = [timeline.indexFrom(fromS), timeline.indexFrom(toS + 0.001)];
  const [first, end] = [Math.max(0, from - 1), Math.min(times.length, to + 1)];
  useEffect(() => {
    const columns = spec.series.map((name) => columnOf(timeline, name).slice(first, end));
    plot.current!.setData([times.slice(first, end), ...columns]);
  }, [spec, version, fromS, toS, isDark.value]);
  return (
    <figure class="chart" id={`chart-${spec.id}`}>
      <figcaption>
        <h3>{TEXTS.live.charts[spec.id]}</h3>
        {note !== undefined && <p class="hint">{note}</p>}
      </figcaption>
      <Legend spec={spec} timeline={timeline} />
      <div class="plot" ref={ref} role="img" aria-label={summaryOf(spec, timeline, from, to)} />
    </figure>
  );
}

/** The series with their present values, or those of the time under the pointer. */
function Legend({ spec, timeline }: { readonly spec: ChartSpec; readonly timeline: Timeline }) {
  const at = hoveredS.value === undefined ? timeline.times.length - 1 : timeline.indexFrom(hoveredS.value);
  return (
    <ul class="legend">
      {spec.series.map((name, i) => (
        <li key={name}>
          <svg class={`swatch series-${i}`} viewBox="0 0 24 6" aria-hidden="true">
            <path d="M0 3h24" stroke-dasharray={DASHES[i]!.join(" ")} />
          </svg>
          <span>{TEXTS.live.series[name]}</span>
          <b>{formatValue(columnOf(timeline, name)[at], spec.unit)}</b>
        </li>
      ))}
    </ul>
  );
}

function summaryOf(spec: ChartSpec, timeline: Timeline, from: number, to: number): string {
  const parts = spec.series.map((name) => {
    const found = summary(columnOf(timeline, name), from, to);
    if (found === undefined) return TEXTS.live.noValues(TEXTS.live.series[name]);
    const of = (value: number | null): string => formatValue(value, spec.unit);
    return TEXTS.live.summary(TEXTS.live.series[name], of(found.now), of(found.min), of(found.max));
  });
  return `${TEXTS.live.charts[spec.id]}. ${parts.join(" ")}`;
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name);

const clock = (timeS: number): string => new Date(timeS * 1000).toLocaleTimeString("en-GB");

function optionsOf(spec: ChartSpec, width: number, range: { current: [number, number] }): uPlot.Options {
  const axis = { stroke: () => colour("--text-2"), grid: { stroke: () => colour("--line"), width: 1 }, font: FONT };
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    padding: [8, 26, 0, 0],
    cursor: {
      sync: { key: "live" },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: {
      x: { time: true, range: () => range.current },
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      { ...axis, ticks: { show: false }, size: 28, space: 80, values: (_plot, splits) => splits.map(clock) },
      {
        ...axis,
        ticks: { show: false },
        size: 72,
        space: 30,
        ...(spec.unit.startsWith("bytes") && { incrs: POWERS_OF_TWO }),
        values: (_plot, splits) => splits.map((value) => formatValue(value, spec.unit)),
      },
    ],
    series: [
      {},
      ...spec.series.map((name, i) => ({
        label: name,
        // A limit far above what is used would press the other lines to the ground.
        auto: name !== "memoryLimit",
        stroke: () => colour(COLOURS[i]!),
        dash: [...DASHES[i]!],
        width: 1.5,
        points: { show: false },
      })),
    ],
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width: selected } = plot.select;
          if (selected < 4) return;
          zoomTo(plot.posToVal(left, "x"), plot.posToVal(left + selected, "x"));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        ({ cursor, data }) => {
          const isOver = (cursor.left ?? -1) >= 0 && typeof cursor.idx === "number";
          hoveredS.value = isOver ? data[0][cursor.idx!] : undefined;
        },
      ],
    },
  };
}

/** Steps of an axis of bytes, which are read in units of 1,024. */
const POWERS_OF_TWO = Array.from({ length: 50 }, (_, i) => 2 ** i);

const FONT = "12px system-ui, sans-serif";
