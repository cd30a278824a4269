// LATENCY: https://redis.io/docs/latest/commands/latency/. engine/latency-monitor.ts records the events.
import { redisName } from "../core/command-spec.ts";
import * as serverErrors from "../core/errors/server.ts";
import { FlatMap, Verbatim } from "../core/reply.ts";
import type { Reply } from "../core/reply.ts";
import { commandTable, containerRow, row } from "../engine/command.ts";
import type { Words } from "../engine/command.ts";
import type { Context } from "../engine/context.ts";
import type { LatencyEvent, LatencySample } from "../engine/latency-monitor.ts";
import type { CommandEntry } from "../engine/command-registry.ts";
import { help } from "./help.ts";

/** Looking at a server over REST is stashd's own. */
const HERE = { hostedRest: "no" } as const;
const ADMIN = "admin noscript loading stale";

const TOLD = `${ADMIN} ~ @nodes:own`;
const EVERYWHERE = `${ADMIN} @nodes:all`;

export const latencyCommands = commandTable("server", [
  containerRow("LATENCY", "2.8.13", "A container for commands on latency.", { acl: "", hostedRest: "no" }),
  row("LATENCY DOCTOR", 2, TOLD, undefined, "2.8.13", latencyDoctor, "Says in words what took long.", HERE),
  row("LATENCY GRAPH", 3, `${ADMIN} ~ @nodes:own`, undefined, "2.8.13", latencyGraph, "Draws what took long.", HERE),
  row("LATENCY HELP", 2, "loading stale", undefined, "2.8.13", help, "Returns the subcommands.", HERE),
  row("LATENCY HISTOGRAM", -2, TOLD, undefined, "7.0.0", latencyHistogram, "Counts calls by their time.", HERE),
  row("LATENCY HISTORY", 3, TOLD, undefined, "2.8.13", latencyHistory, "Returns when one event took long.", HERE),
  row("LATENCY LATEST", 2, TOLD, undefined, "2.8.13", latencyLatest, "Returns what took long last.", HERE),
  row("LATENCY RESET", -2, EVERYWHERE, undefined, "2.8.13", latencyReset, "Forgets what took long.", HERE),
]);

/** LATENCY LATEST */
function latencyLatest({ engine }: Context): Reply {
  return [...engine.timer.latency.events].map(([event, { samples, worstMs }]) => {
    const { seconds, tookMs } = samples.at(-1)!;
    return [event, seconds, tookMs, worstMs];
  });
}

/** LATENCY HISTORY event */
function latencyHistory({ engine }: Context, words: Words): Reply {
  const { samples } = engine.timer.latency.events.get(words[2]) ?? { samples: [] };
  return samples.map(({ seconds, tookMs }) => [seconds, tookMs]);
}

/** LATENCY RESET [event …] */
function latencyReset({ engine }: Context, words: Words): Reply {
  const { latency } = engine.timer;
  const events = words.length === 2 ? [...latency.events.keys()] : words.slice(2);
  return events.filter((event) => latency.forget(event)).length;
}

/** LATENCY HISTOGRAM [command …] */
function latencyHistogram({ engine }: Context, words: Words): Reply {
  const { registry } = engine;
  const entries =
    words.length === 2 ? [...registry.entries()] : words.slice(2).flatMap((name) => withParts(engine, name));
  return new FlatMap(entries.flatMap(distribution));
}

/** The command of a name and, for a container, its subcommands. */
function withParts({ registry }: Context["engine"], name: string): CommandEntry[] {
  const entry = registry.get(name.replace("|", " "));
  if (entry === undefined) return [];
  return entry.command.isContainer ? registry.subcommands(entry.command) : [entry];
}

function distribution({ command, histogram }: CommandEntry): Reply[] {
  if (histogram === undefined) return [];
  const buckets = histogram.cumulative().flatMap(({ upToUs, calls }) => [upToUs, calls]);
  return [redisName(command.name), new FlatMap(["calls", histogram.calls, "histogram_usec", new FlatMap(buckets)])];
}

/** LATENCY DOCTOR */
function latencyDoctor({ engine }: Context): Reply {
  const { events, thresholdMs } = engine.timer.latency;
  if (thresholdMs === 0) {
    return new Verbatim(
      "Latency is not being monitored. CONFIG SET latency-monitor-threshold <milliseconds> begins to note what takes longer.\n",
    );
  }
  if (events.size === 0) return new Verbatim(`Nothing has taken ${thresholdMs} milliseconds or longer.\n`);
  const lines = [...events].map(([event, { samples, worstMs }]) => {
    const sumMs = samples.reduce((sum, { tookMs }) => sum + tookMs, 0);
    const mean = (sumMs / samples.length).toFixed(1);
    return `${event}: slow in ${samples.length} seconds, ${mean} ms on average, ${worstMs} ms at worst.\n`;
  });
  return new Verbatim(`${lines.join("")}SLOWLOG GET tells which commands these were.\n`);
}

/** LATENCY GRAPH event */
function latencyGraph({ engine, nowMs }: Context, words: Words): Reply {
  const event = engine.timer.latency.events.get(words[2]);
  if (event === undefined) throw serverErrors.noSamples(words[2]);
  return new Verbatim(drawing(words[2], event, Math.floor(nowMs / 1000)));
}

const COLUMNS = 80;
const LINES = 4;

/** A chart: a column for each sample, the latest on the right. Below each column stands its age, written downwards. */
function drawing(name: string, { samples, worstMs }: LatencyEvent, nowSeconds: number): string {
  const shown = samples.slice(-COLUMNS);
  const times = shown.map(({ tookMs }) => tookMs);
  const [high, low] = [Math.max(...times), Math.min(...times)];
  const heights = times.map((ms) => (high === low ? 1 : 1 + Math.round(((ms - low) / (high - low)) * (LINES - 1))));
  const rows = Array.from({ length: LINES }, (_, i) =>
    heights.map((height) => (height >= LINES - i ? "#" : " ")).join(""),
  );
  const ages = shown.map((sample) => age(sample, nowSeconds));
  const labels = Array.from({ length: Math.max(...ages.map((text) => text.length)) }, (_, i) =>
    ages.map((text) => text[i] ?? " ").join(""),
  );
  const head = `${name} - high ${high} ms, low ${low} ms (all time high ${worstMs} ms)`;
  return [head, "-".repeat(COLUMNS), ...rows, "", ...labels, ""].join("\n");
}

function age({ seconds }: LatencySample, nowSeconds: number): string {
  const ago = Math.max(0, nowSeconds - seconds);
  if (ago < 60) return `${ago}s`;
  if (ago < 3600) return `${Math.floor(ago / 60)}m`;
  return ago < 86_400 ? `${Math.floor(ago / 3600)}h` : `${Math.floor(ago / 86_400)}d`;
}
