/** What the console costs the browser over many keys: time until the list is there, tasks that hold the page up, memory. */
import { chromium } from "playwright-core";
import type { Browser, CDPSession, Page } from "playwright-core";
import { startStashd, TOKEN } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { formatCells, median } from "./table.ts";

/** Commands of a request that fills the database. */
const FILL_COMMANDS = 10_000;

/** Wheel events of a scroll, and how far one goes, in CSS pixels. */
const WHEELS = 200;
const WHEEL_PX = 900;

/** How long reading all names may take. A page that never ends must end the measurement. */
const READING_MS_MAX = 300_000;

const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

const LOGIN = `sessionStorage.setItem("stashd.token", ${JSON.stringify(TOKEN)})`;

/** Measures and answers the table. Ends with an error where there is no Chromium. */
export async function benchConsole(keys: number, rounds: number): Promise<string> {
  const peer = await startStashd();
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  try {
    await fill(peer, keys);
    const first: number[] = [];
    for (let round = 0; round < rounds; round++) first.push(await firstListMs(browser, peer));
    return formatCells(
      [`the console, ${keys.toLocaleString("en")} keys`, "longest task, CPU ms", "longest task, ms", "in all, ms"],
      [["first list after navigation", "", "", median(first).toFixed(0)], ...(await walk(browser, peer))],
    );
  } finally {
    await browser.close();
    await peer.stop();
  }
}

/** Keys of two levels of folders, ten keys in each folder. */
async function fill({ port }: Peer, keys: number): Promise<void> {
  for (let at = 0; at < keys; at += FILL_COMMANDS) {
    const count = Math.min(FILL_COMMANDS, keys - at);
    const commands = Array.from({ length: count }, (_, i) => {
      const key = at + i;
      return ["SET", `tenant:${Math.floor(key / 10) % 1000}:user:${key}`, "value"];
    });
    const response = await fetch(`http://127.0.0.1:${port}/pipeline`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(commands),
    });
    if (!response.ok) throw new Error(`status ${response.status} while filling`);
    await response.arrayBuffer();
  }
}

async function open(browser: Browser, { port }: Peer): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript({ content: `${LOGIN};${WATCH}` });
  await page.goto(`http://127.0.0.1:${port}/console`, { waitUntil: "commit" });
  return page;
}

/** Notes in the page when the first row stands, in the frame after. */
const WATCH = `new MutationObserver((_, observer) => {
  if (document.querySelector(".key-row") === null) return;
  observer.disconnect();
  requestAnimationFrame(() => (globalThis.firstRowMs = performance.now()));
}).observe(document, { childList: true, subtree: true });`;

/** From the begin of the navigation to the frame in which rows stand, with an empty cache, by the page's own clock. */
async function firstListMs(browser: Browser, peer: Peer): Promise<number> {
  const page = await open(browser, peer);
  await page.locator(".key-row").first().waitFor();
  const ms = await page.evaluate<number>("new Promise((r) => requestAnimationFrame(() => r(globalThis.firstRowMs)))");
  await page.context().close();
  return ms;
}

/** A task of the page's main thread; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  /** Time on the processor, which other processes do not lengthen. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Reads all names, opens a folder, scrolls both shapes of the list, goes to its end and selects all. */
async function walk(browser: Browser, peer: Peer): Promise<string[][]> {
  const page = await open(browser, peer);
  const session = await page.context().newCDPSession(page);
  const cells: string[][] = [];
  const measured = async (name: string, act: () => Promise<void>): Promise<void> => {
    await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
    const beganMs = performance.now();
    await act();
    const wholeMs = performance.now() - beganMs;
    const tasks = tasksOf(await browser.stopTracing());
    const longest = (of: (event: TraceEvent) => number): string => (Math.max(0, ...tasks.map(of)) / 1000).toFixed(0);
    const cpu = longest(({ tdur = 0 }) => tdur);
    cells.push([name, cpu, longest(({ dur = 0 }) => dur), wholeMs.toFixed(0)]);
  };
  const isComplete = page.locator(".keys-scan", { hasText: /^[\d,]+ keys$/ });
  await measured("reading all names", () => isComplete.waitFor({ timeout: READING_MS_MAX }));
  await measured("opening a folder", () => page.locator(".key-row").first().click());
  await measured("scrolling the tree", () => scroll(page));
  await page.getByRole("button", { name: "Flat list" }).click();
  await measured("scrolling the flat list", () => scroll(page));
  await measured("going to the end", () => page.keyboard.press("End"));
  await measured("selecting all", () => page.getByRole("button", { name: "Select all" }).click());
  cells.push(["memory of the page, MB", (await heapMb(session)).toFixed(0), "", ""]);
  await page.context().close();
  return cells;
}

/** The tasks of the main threads of pages. */
function tasksOf(trace: Buffer): TraceEvent[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const ids = new Set(threads.map(({ pid, tid }) => `${pid} ${tid}`));
  return traceEvents.filter(({ name, pid, tid }) => name === "RunTask" && ids.has(`${pid} ${tid}`));
}

async function scroll(page: Page): Promise<void> {
  await page.locator(".virtual").first().focus();
  await page.locator(".virtual").first().hover();
  for (let i = 0; i < WHEELS; i++) await page.mouse.wheel(0, WHEEL_PX);
  // Far jumps, as by dragging the scroll bar.
  for (let i = 0; i <= 20; i++) {
    await page.evaluate(
      `new Promise((done) => { const list = document.querySelector(".virtual"); list.scrollTop = (list.scrollHeight * ${i}) / 20; requestAnimationFrame(() => requestAnimationFrame(done)); })`,
    );
  }
}

/** What JavaScript holds after a collection. */
async function heapMb(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize / 1e6;
}
