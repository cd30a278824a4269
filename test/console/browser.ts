/**
 * A headless Chromium and a server for the tests of the console. A page that logs an error, breaks its content policy or asks
 * another origin fails its test.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import axe from "axe-core";
import type { AxeResults } from "axe-core";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { RunningServer } from "../../src/server/server.ts";

const EXECUTABLES = [process.env["CHROMIUM"] ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser"];

const executablePath = EXECUTABLES.find((path) => path !== "" && existsSync(path));

/** Why tests in a browser are skipped; false where there is one. */
export const noBrowser: string | false = executablePath === undefined ? "no Chromium; apt-get install chromium" : false;

/** Where screenshots go. The build keeps them. */
const SCREENSHOTS = join(import.meta.dirname, "../../screenshots");

/** The rules of WCAG 2.2, A and AA. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Starts a browser. Close it in `after`. */
export function startBrowser(): Promise<Browser> {
  // As root, as in a container, Chromium's own sandbox does not start.
  return chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Opens the console of a server in a page of its own, with a token already in the tab; without one, the form. */
export async function openConsole(
  t: TestContext,
  browser: Browser,
  server: Pick<RunningServer, "url">,
  token: string | undefined,
  { path = "", ...options }: BrowserContextOptions & { readonly path?: string } = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.stack ?? error.message));
  page.on("console", (message) => {
    // The browser logs answers of other statuses, and a server that is away, by itself.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) faults.push(message.text());
  });
  page.on("request", (request) => {
    const isOwn = request.url().startsWith(server.url) || /^(?:data|blob):/.test(request.url());
    if (!isOwn) faults.push(`asks ${request.url()}`);
  });
  t.after(() => assert.deepEqual(faults, []));
  if (token !== undefined) {
    await page.addInitScript({ content: `sessionStorage.setItem("stashd.token", ${JSON.stringify(token)})` });
  }
  await page.goto(`${server.url}/console${path}`);
  return page;
}

/** Fails for what axe finds against WCAG 2.2 A and AA in the page. */
export async function checkAccessibility(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(`axe.run({ runOnly: ${JSON.stringify(RULES)} })`);
  const found = violations.map(({ id, nodes }) => {
    return `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`;
  });
  assert.deepEqual(found, []);
}

/** Keeps pictures of a screen in both themes, and checks its accessibility in both. */
export async function pictures(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}.png`) });
    await checkAccessibility(page);
  }
  await page.emulateMedia({ colorScheme: null });
}
