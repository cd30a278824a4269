/**
 * The plots of the documents, as SVG: each once for a light page and once for a dark one. They are 440 units wide with
 * text of 15, so that it can be read where a page is 360 pixels wide, and name no font that a system may lack.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Figures } from "./figures.ts";
import type { Finding } from "./pairs.ts";
import type { Row } from "./table.ts";

const FOLDER = join(import.meta.dirname, "../../docs/plots");
const WIDTH = 440;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** Colours of GitHub's pages, and three that stand out from them and from each other. */
interface Colours {
  readonly text: string;
  readonly ours: string;
  readonly other: string;
  readonly missed: string;
  readonly page: string;
}
const THEMES: Readonly<Record<"light" | "dark", Colours>> = {
  light: { text: "#1f2328", ours: "#0969da", other: "#8c959f", missed: "#bc4c00", page: "#ffffff" },
  dark: { text: "#f0f6fc", ours: "#4493f8", other: "#6e7681", missed: "#db6d28", page: "#0d1117" },
};

/** What a plot shows; title and description are what a screen reader says. */
interface Picture {
  readonly title: string;
  readonly description: string;
  readonly height: number;
  options(colours: Colours): Plot.PlotOptions;
}

/** The SVG files by name. */
export function plotsOf({ rest, resp, gateway, persistence }: Figures): Record<string, string> {
  const pictures: Record<string, Picture> = {};
  if (rest !== undefined) pictures["rest"] = bars("HTTP requests per second", requestBars(rest.rows));
  if (resp !== undefined) {
    pictures["resp"] = ratios(
      "Redis protocol: commands per second, as a share of redis-server's",
      respRatios(resp.rows),
    );
  }
  if (gateway !== undefined) {
    pictures["gateway"] = ratios(
      "In front of redis-server: stashd's figure by that beside it",
      findingRatios(gateway.findings),
    );
  }
  if (persistence !== undefined) {
    pictures["persistence"] = ratios("Keeping data: the figure by that beside it", findingRatios(persistence.findings));
  }
  const files = Object.entries(pictures).flatMap(([name, picture]) =>
    Object.entries(THEMES).map(([theme, colours]) => [`${name}-${theme}.svg`, draw(picture, colours)] as const),
  );
  return Object.fromEntries(files);
}

export function writePlots(figures: Figures): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, svg] of Object.entries(plotsOf(figures))) writeFileSync(join(FOLDER, name), svg);
}

function draw({ title, description, height, options }: Picture, colours: Colours): string {
  const { document } = parseHTML("<html></html>");
  const style = { fontSize: "15px", fontFamily: FONT, color: colours.text, background: "none" };
  const shared = { document, width: WIDTH, height, marginTop: 4, marginBottom: 4, className: "plot", style };
  const svg = Plot.plot({ ...shared, ...options(colours) });
  const named = { xmlns: "http://www.w3.org/2000/svg", role: "img", "aria-labelledby": "title description" };
  for (const [name, value] of Object.entries(named)) svg.setAttribute(name, value);
  for (const [tag, text] of [
    ["desc", description],
    ["title", title],
  ] as const) {
    const element = document.createElement(tag);
    element.setAttribute("id", tag === "desc" ? "description" : tag);
    element.textContent = text;
    svg.insertBefore(element, svg.firstChild);
  }
  return `${svg.outerHTML}\n`;
}

/** A bar: whose it is, how long, in which group. */
interface Bar {
  readonly group: string;
  readonly server: string;
  readonly perSecond: number;
}

/** Servers of the table of REST, by what the picture calls them. */
const SERVERS: Readonly<Record<string, string>> = {
  stashd: "stashd",
  "redis-server over RESP": "redis-server, no HTTP",
  "webdis + redis-server": "webdis + redis-server",
  "node:http, constant answer": "node:http, bare",
};

function requestBars(rows: readonly Row[]): Bar[] {
  return rows.flatMap(({ name, server, perSecond }) => {
    const shown = SERVERS[server];
    return shown === undefined || name.includes("pipeline") ? [] : [{ group: name, server: shown, perSecond }];
  });
}

const BAR_HEIGHT = 30;
const HEADING_HEIGHT = 30;

/** Bars in groups, each with its server on the left and its figure at the end. */
function bars(title: string, shown: readonly Bar[]): Picture {
  const groups = [...new Set(shown.map(({ group }) => group))];
  const servers = [...new Set(shown.map(({ server }) => server))];
  const figure = ({ perSecond }: Bar): string => Math.round(perSecond).toLocaleString("en");
  const place = { x: "perSecond", y: "server", fy: "group" } as const;
  return {
    title,
    description: shown.map((bar) => `${bar.group}, ${bar.server}: ${figure(bar)}.`).join(" "),
    height: groups.length * (HEADING_HEIGHT + servers.length * BAR_HEIGHT) + 8,
    options: ({ ours, other }) => ({
      marginLeft: 172,
      marginRight: 68,
      x: { axis: null },
      y: { axis: null, domain: ["", ...servers], padding: 0.2 },
      fy: { axis: null, domain: groups, padding: 0 },
      marks: [
        Plot.text(groups, {
          fy: (group) => group,
          frameAnchor: "top-left",
          dx: -168,
          dy: 8,
          text: (group) => group,
          fontWeight: "bold",
        }),
        Plot.text(shown, { fy: "group", y: "server", frameAnchor: "left", dx: -6, text: "server", textAnchor: "end" }),
        Plot.barX(shown, { ...place, fill: ({ server }: Bar) => (server === "stashd" ? ours : other) }),
        Plot.text(shown, { ...place, text: figure, textAnchor: "start", dx: 5 }),
      ],
    }),
  };
}

/** One figure by another, and what is aimed at, if anything is. */
interface Ratio {
  readonly what: string;
  readonly ratio: number;
  readonly aim?: { readonly bound: number; readonly isLeast: boolean } | undefined;
}

function respRatios(rows: readonly Row[]): Ratio[] {
  return rows.flatMap(({ name, perSecond, server }) => {
    const theirs = rows.find((row) => row.name === name && row.server === "redis-server");
    return server !== "stashd" || theirs === undefined ? [] : [{ what: name, ratio: perSecond / theirs.perSecond }];
  });
}

/** Findings with a ratio; an aim in another unit is not shown. */
function findingRatios(findings: readonly Finding[]): Ratio[] {
  return findings.flatMap(({ aim, ratio, what }) => {
    if (!/^[\d.]+×$/.test(ratio)) return [];
    const [, sign, bound] = /^([≥≤]) ([\d.]+)×$/.exec(aim) ?? [];
    const parsed = bound === undefined ? undefined : { bound: Number(bound), isLeast: sign === "≥" };
    return [{ what, ratio: Number.parseFloat(ratio), aim: parsed }];
  });
}

const isMissed = ({ aim, ratio }: Ratio): boolean =>
  aim !== undefined && (aim.isLeast ? ratio < aim.bound : ratio > aim.bound);

const LINE_HEIGHT = 18;
const LINE_CHARS_MAX = 50;

/** Breaks a label into lines that fit the width. */
function wrapped(label: string): string[] {
  const lines = [""];
  for (const word of label.split(" ")) {
    const line = `${lines.at(-1)!} ${word}`.trim();
    if (line.length > LINE_CHARS_MAX) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines;
}

/** A dot for each ratio beside the line of 1×, and a tick for what is aimed at. */
function ratios(title: string, shown: readonly Ratio[]): Picture {
  const values = shown.flatMap(({ aim, ratio }) => (aim === undefined ? [ratio] : [ratio, aim.bound]));
  const domain = [Math.min(0.5, ...values) * 0.9, Math.max(1.5, ...values) * 1.1];
  const aimed = ({ aim }: Ratio): string =>
    aim === undefined ? "" : ` (aim ${aim.isLeast ? "≥" : "≤"} ${aim.bound}×)`;
  const labelHeight = LINE_HEIGHT * Math.max(...shown.map(({ what }) => wrapped(what).length));
  const rowHeight = labelHeight + 36;
  // Below the label, from the middle of the row.
  const dy = labelHeight / 2;
  const colour =
    ({ missed, ours }: Colours) =>
    (one: Ratio) =>
      isMissed(one) ? missed : ours;
  return {
    title,
    description: shown.map((one) => `${one.what}: ${one.ratio.toFixed(2)}×${aimed(one)}.`).join(" "),
    height: shown.length * rowHeight + 8,
    options: (colours) => ({
      marginLeft: 10,
      marginRight: 64,
      x: { axis: null, type: "log", domain },
      y: { axis: null, domain: [0] },
      fy: { axis: null, domain: shown.map(({ what }) => what), padding: 0 },
      marks: [
        Plot.text(shown, {
          fy: "what",
          frameAnchor: "top-left",
          dx: -4,
          dy: 4,
          lineHeight: LINE_HEIGHT / 15,
          text: ({ what }: Ratio) => wrapped(what).join("\n"),
        }),
        Plot.ruleX([1], { stroke: colours.other, insetTop: labelHeight + 8, insetBottom: 6 }),
        Plot.ruleX(
          shown.filter(({ aim }) => aim !== undefined),
          {
            x: ({ aim }: Ratio) => aim!.bound,
            fy: "what",
            stroke: colours.text,
            strokeWidth: 3,
            insetTop: labelHeight + 10,
            insetBottom: 8,
          },
        ),
        Plot.link(shown, { fy: "what", x1: 1, x2: "ratio", y1: 0, y2: 0, stroke: colours.other, strokeWidth: 2, dy }),
        Plot.dot(shown, {
          fy: "what",
          x: "ratio",
          y: 0,
          dy,
          r: 7,
          strokeWidth: 2,
          stroke: colour(colours),
          fill: (one: Ratio) => (isMissed(one) ? colours.page : colours.ours),
        }),
        Plot.text(shown, {
          fy: "what",
          frameAnchor: "right",
          dx: 60,
          dy,
          textAnchor: "end",
          text: ({ ratio }: Ratio) => `${ratio.toFixed(2)}×`,
        }),
      ],
    }),
  };
}
