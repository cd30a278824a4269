/** The screen Live in a browser, while another client works: charts. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { noBrowser, openConsole, pictures, startBrowser } from "./browser.ts";

describe("live charts", { skip: noBrowser }, () => {
  let browser: Browser;
  let server: TestServer;
  before(async () => {
    [browser, server] = await Promise.all([startBrowser(), TestServer.start()]);
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  const open = (t: TestContext, token = TOKEN): Promise<Page> =>
    openConsole(t, browser, server.server, token, { path: "#/live/charts" });

  /** What a chart says of itself to those who do not see it. */
  const said = (page: Page, id: string): Promise<string | null> =>
    page.locator(`#chart-${id} .plot`).getAttribute("aria-label");

  /** Resolves when a chart says something that matches. Meanwhile another client works. */
  async function untilSaid(page: Page, id: string, pattern: RegExp): Promise<void> {
    for (;;) {
      const text = await said(page, id);
      if (pattern.test(text ?? "")) return;
      const commands = Array.from({ length: 50 }, (_, i) =>
        i % 2 === 0 ? ["SET", `k${i}`, "v"] : ["GET", `none${i}`],
      );
      await server.call("POST", "/pipeline", { body: JSON.stringify(commands) });
    }
  }

  test("show what others do, as pictures, text and a table, and are exported", async (t) => {
    const page = await open(t);
    await untilSaid(page, "commands", /Commands: now [\d,.]+\/s, from/);
    await untilSaid(page, "latency", /p50: now [\d.]+ (?:µs|ms).*p99\.9: now [\d.]+ (?:µs|ms)/);
    await untilSaid(page, "lookups", /Misses: now [\d,.]+\/s, from 0\/s|Misses: now [1-9]/);
    assert.match((await said(page, "memory"))!, /Used: now [\d.]+ MB.*Limit: now [\d.,]+ [MG]B/);
    assert.match((await said(page, "keys"))!, /Keys: now 25/);
    // There is no append-only file.
    await page.locator("#chart-persistence").waitFor({ state: "detached" });
    await page.getByText("The values as a table").click();
    const row = page.locator(".live-table tr", { hasText: "Round trip" });
    assert.match(await row.innerText(), /Round trip\s+[\d.]+ (?:µs|ms)/);
    await page.getByText("Commands that took most time").click();
    await page.locator(".live-table tr", { hasText: /^SET/ }).waitFor();
    await pictures(page, "live-charts");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export all measurements as CSV" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "stashd-charts.csv");
  });

  test("a stretch that is drawn over one chart is shown by all, until the latest is asked for", async (t) => {
    const page = await open(t);
    await untilSaid(page, "commands", /Commands: now/);
    const box = (await page.locator("#chart-commands .u-over").boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 40, { steps: 4 });
    await page.mouse.up();
    const latest = page.getByRole("button", { name: "Back to the latest" });
    await latest.waitFor();
    // What is outside the stretch is in no summary: it was chosen where nothing had been measured.
    await page.locator('.plot:not([aria-label*="no values"])').first().waitFor({ state: "detached" });
    await latest.click();
    await latest.waitFor({ state: "detached" });
    await untilSaid(page, "clients", /Connected: now/);
    await page.setViewportSize({ width: 360, height: 640 });
    await pictures(page, "live-charts-narrow");
  });

  test("go on by themselves after the server was away, with a gap", async (t) => {
    const page = await open(t);
    await untilSaid(page, "keys", /Keys: now \d/);
    await page.context().setOffline(true);
    await untilSaid(page, "keys", /Keys: now –/);
    await page.getByText("Server away").waitFor();
    await page.context().setOffline(false);
    await untilSaid(page, "keys", /Keys: now \d/);
    await page.getByRole("button", { name: "Pause" }).click();
    const before = await said(page, "roundTrip");
    await page.locator("a", { hasText: "Keys" }).click();
    await page.goBack();
    await page.getByRole("button", { name: "Go on" }).waitFor();
    assert.equal(await said(page, "roundTrip"), before);
  });

  test("say what the user may not ask, and show the rest", async (t) => {
    const page = await open(t, READ_ONLY_TOKEN);
    await page.getByRole("alert").filter({ hasText: "The charts need INFO" }).waitFor();
    await untilSaid(page, "roundTrip", /Round trip: now [\d.]+/);
    assert.equal(await page.locator(".chart").count(), 1);
    await pictures(page, "live-charts-refused");
  });
});
