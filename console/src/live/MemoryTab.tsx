/** What keys take in memory: the largest of each type, and sums by prefix, out of one scan. */
import { signal } from "@preact/signals";
import { linkTo } from "../app/route.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Bytes } from "../ui/bytes.tsx";
import { Button, Empty, Problem, Progress, Select } from "../ui/controls.tsx";
import { nameText } from "../ui/visible.ts";
import { formatBytes } from "./chart-list.ts";
import { nodeAt, partsOf, tilesOf } from "./key-scan.ts";
import type { KeySums, PrefixNode, Tile, TypeFacts } from "./key-scan.ts";
import { live } from "./live.ts";
import type { KeyScanner } from "./scanner.ts";
import { LiveTable } from "./LiveTable.tsx";

/** The prefix that is looked into, as its parts. */
const path = signal<readonly ByteString[]>([]);

export function BiggestTab() {
  const { scanner } = live();
  void scanner.version.value;
  const types = [...scanner.sums.types.values()].sort((a, b) => b.bytes - a.bytes);
  return (
    <div class="live-page">
      <ScanTools scanner={scanner} />
      {types.length === 0 ? <Empty>{TEXTS.live.noKeys[scanner.state.value]}</Empty> : null}
      {types.map((type) => (
        <TypeTable key={type.type} facts={type} all={scanner.sums.bytes} />
      ))}
    </div>
  );
}

function TypeTable({ all, facts }: { readonly facts: TypeFacts; readonly all: number }) {
  return (
    <section>
      <h2>{TEXTS.live.typeTitle(facts.type, facts.count, formatBytes(facts.bytes), facts.bytes / Math.max(1, all))}</h2>
      <table class="live-table">
        <thead>
          <tr>
            <th scope="col">{TEXTS.live.key}</th>
            <th scope="col">{TEXTS.live.bytes}</th>
          </tr>
        </thead>
        <tbody>
          {facts.largest.map(({ bytes, key }) => (
            <tr key={key}>
              <td class="left">
                <a href={linkTo("keys", key)}>
                  <Bytes bytes={key} />
                </a>
              </td>
              <td class="nowrap">{formatBytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function PrefixTab() {
  const { scanner } = live();
  void scanner.version.value;
  const { root } = scanner.sums;
  const at = nodeAt(root, path.value) ?? root;
  return (
    <div class="live-page">
      <ScanTools scanner={scanner} />
      {root.count === 0 ? (
        <Empty>{TEXTS.live.noKeys[scanner.state.value]}</Empty>
      ) : (
        <>
          <nav class="live-tools" aria-label={TEXTS.live.prefixPath}>
            <Button onClick={() => (path.value = [])}>{TEXTS.live.allKeys}</Button>
            {path.value.map((label, i) => (
              <Button key={i} onClick={() => (path.value = path.value.slice(0, i + 1))}>
                {nameText(label)}
              </Button>
            ))}
            <span class="hint">{TEXTS.live.prefixSum(at.count, formatBytes(at.bytes))}</span>
          </nav>
          <Treemap at={at} />
          <PrefixTable at={at} />
        </>
      )}
    </div>
  );
}

/** Tiles and rows that are shown; the others stand together. */
const PARTS_MAX = 60;

const ASPECT = 3;

function Treemap({ at }: { readonly at: PrefixNode }) {
  const children = partsOf(at)
    .children.slice(0, PARTS_MAX)
    .filter(({ bytes }) => bytes > 0);
  const tiles = tilesOf(
    children.map(({ bytes }) => bytes),
    ASPECT,
  );
  if (tiles.length === 0) return null;
  return (
    <div class="treemap">
      {tiles.map((tile) => (
        <TileOf key={children[tile.index]!.label} child={children[tile.index]!} tile={tile} />
      ))}
    </div>
  );
}

const percent = (part: number): string => `${part * 100}%`;

/** A tile that a finger can hit opens its prefix. The table has them all. */
function TileOf({ child, tile }: { readonly child: PrefixNode; readonly tile: Tile }) {
  const { height, index, width, x, y } = tile;
  const place = { left: percent(x), top: percent(y), width: percent(width), height: percent(height) };
  const [name, bytes] = [nameText(child.label), formatBytes(child.bytes)];
  const look = { class: `tile tile-${index % 4}`, style: place, title: `${name} ${bytes}` };
  if (width < TILE_WIDTH_MIN || height < TILE_HEIGHT_MIN) return <div {...look} />;
  return (
    <button
      type="button"
      {...look}
      aria-label={TEXTS.live.openPrefix(name, bytes)}
      onClick={() => (path.value = [...path.value, child.label])}
    >
      <b>{name}</b>
      <span>{bytes}</span>
    </button>
  );
}

/** 24 CSS pixels of the smallest treemap, as parts of its sides. */
const TILE_WIDTH_MIN = 0.08;
const TILE_HEIGHT_MIN = 0.16;

function PrefixTable({ at }: { readonly at: PrefixNode }) {
  const { children, own } = partsOf(at);
  const others = children.slice(PARTS_MAX).reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <LiveTable titles={TEXTS.live.prefixColumns}>
      {children.slice(0, PARTS_MAX).map((child) => (
        <tr key={child.label}>
          <th scope="row">
            <button type="button" class="link" onClick={() => (path.value = [...path.value, child.label])}>
              <Bytes bytes={child.label} />
            </button>
          </th>
          <td>{child.count.toLocaleString("en")}</td>
          <td>{formatBytes(child.bytes)}</td>
          <td>{TEXTS.live.percent(child.bytes / Math.max(1, at.bytes))}</td>
        </tr>
      ))}
      {others > 0 && <Rest label={TEXTS.live.otherPrefixes(children.length - PARTS_MAX)} bytes={others} at={at} />}
      {own.count > 0 && <Rest label={TEXTS.live.withoutPrefix(own.count)} bytes={own.bytes} at={at} />}
    </LiveTable>
  );
}

function Rest({ at, bytes, label }: { readonly label: string; readonly bytes: number; readonly at: PrefixNode }) {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td />
      <td>{formatBytes(bytes)}</td>
      <td>{TEXTS.live.percent(bytes / Math.max(1, at.bytes))}</td>
    </tr>
  );
}

const SAMPLES = ["10000", "100000", "0"] as const;

/** What is scanned, how far it is, and what it says. */
function ScanTools({ scanner }: { readonly scanner: KeyScanner }) {
  const { problem, state, sums, wish } = scanner;
  const isRunning = state.value === "running";
  const set = (changed: Partial<typeof wish.value>): void => void (wish.value = { ...wish.value, ...changed });
  const start = (event: Event): void => {
    event.preventDefault();
    path.value = [];
    scanner.start();
  };
  return (
    <>
      <form class="inline-form" onSubmit={start} aria-label={TEXTS.live.scan}>
        <input
          class="input"
          aria-label={TEXTS.live.scanPattern}
          placeholder={TEXTS.live.scanPattern}
          value={wish.value.pattern}
          onInput={(event) => set({ pattern: event.currentTarget.value })}
        />
        <input
          class="input separator"
          aria-label={TEXTS.live.separator}
          title={TEXTS.live.separator}
          maxLength={8}
          value={wish.value.separator}
          onInput={(event) => set({ separator: event.currentTarget.value })}
        />
        <Select
          label={TEXTS.live.sample}
          value={String(wish.value.keysMax) as (typeof SAMPLES)[number]}
          options={SAMPLES.map((value) => ({ value, label: TEXTS.live.samples[value] }))}
          onSelect={(value) => set({ keysMax: Number(value) })}
        />
        {isRunning ? (
          <Button icon="stop" onClick={() => scanner.stop()}>
            {TEXTS.live.stop}
          </Button>
        ) : (
          <Button type="submit" icon="play" look="primary">
            {TEXTS.live.scan}
          </Button>
        )}
      </form>
      {problem.value !== undefined && <Problem text={TEXTS.live.scanProblem(problem.value)} />}
      {isRunning && <Progress label={said(scanner)} done={sums.count} total={Math.max(scanner.keys, sums.count)} />}
      {!isRunning && state.value !== "never" && (
        <p class="hint" role="status">
          {said(scanner)}
        </p>
      )}
    </>
  );
}

const said = ({ keys, state, sums }: { keys: number; state: KeyScanner["state"]; sums: KeySums }): string =>
  TEXTS.live.scanned(state.value, sums.count, keys, formatBytes(sums.bytes));
