/** The streams of the screen Live in a browser, while another client works: monitor, messages, events of keys. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";
import { noBrowser, openConsole, pictures, startBrowser } from "./browser.ts";

const HOSTILE = '<img src=x onerror="document.title=1">\u202e__proto__';

describe("live streams", { skip: noBrowser }, () => {
  let browser: Browser;
  let server: TestServer;
  before(async () => {
    [browser, server] = await Promise.all([startBrowser(), TestServer.start()]);
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  const open = (t: TestContext, tab: string, token = TOKEN, to = server): Promise<Page> =>
    openConsole(t, browser, to.server, token, { path: `#/live/${tab}` });

  const row = (page: Page, text: string | RegExp) => page.locator(".log-row").filter({ hasText: text }).first();

  const startMonitor = async (page: Page, of = server): Promise<void> => {
    await page.getByRole("button", { name: "Start MONITOR" }).click();
    await until(() => !of.server.engine.monitors.isEmpty);
  };

  test("monitor shows commands of any bytes, filters them, and holds still", async (t) => {
    const page = await open(t, "monitor");
    await page.getByText("MONITOR is not running").waitFor();
    await startMonitor(page);
    await server.command(["SET", `user:${HOSTILE}`, "v\0\n"]);
    await server.call("GET", "/get/%ff%00");
    await row(
      page,
      String.raw`"user:<img src=x onerror=\"document.title=1\">\xe2\x80\xae__proto__" "v\x00\n"`,
    ).waitFor();
    await row(page, String.raw`GET"\xff\x00"`).waitFor();
    await page.getByLabel("Pattern of a key").fill("user:*");
    await row(page, "GET").waitFor({ state: "detached" });
    await row(page, "SET").waitFor();
    await pictures(page, "live-monitor");
    await page.getByLabel("Pattern of a key").fill("");
    await page.getByRole("button", { name: /^GET \d/ }).click();
    await row(page, "SET").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Pause" }).click();
    await server.command(["GET", "later"]);
    await page.getByText("1 more came meanwhile").waitFor();
    assert.equal(await row(page, "later").count(), 0);
    await page.getByRole("button", { name: "Go on" }).click();
    await row(page, "later").getByRole("button").click();
    await page.getByRole("dialog").getByText('"GET" "later"').waitFor();
    await page.keyboard.press("Escape");
    // It runs on while other screens are shown, and ends when it is told to.
    await page.locator(".rail a", { hasText: "Keys" }).click();
    await server.command(["GET", "unseen"]);
    await page.goBack();
    await row(page, "unseen").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await until(() => server.server.engine.monitors.isEmpty);
  });

  test("100,000 commands leave a list of 10,000 that answers at once", async (t) => {
    const page = await open(t, "monitor");
    await startMonitor(page);
    await page.evaluate(() => {
      const seen = globalThis as unknown as { longestMs: number };
      seen.longestMs = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.longestMs = Math.max(seen.longestMs, duration);
      }).observe({ type: "longtask" as "function" });
    });
    const body = JSON.stringify(Array.from({ length: 5000 }, (_, i) => ["SET", `key:${i}`, "value".repeat(5)]));
    for (let i = 0; i < 20; i++) await server.call("POST", "/pipeline", { body });
    await server.command(["ECHO", "the end"]);
    await page.getByText("10,000 shown of 100,001").waitFor();
    await row(page, "the end").waitFor();
    assert.ok((await page.locator(".log-row").count()) < 100);
    const longestMs = await page.evaluate(() => (globalThis as unknown as { longestMs: number }).longestMs);
    t.diagnostic(`the longest task took ${Math.round(longestMs)} ms`);
    await page.setViewportSize({ width: 360, height: 640 });
    await pictures(page, "live-monitor-narrow");
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole("button", { name: "Clear the list" }).click();
    await page.getByText("0 shown of 0").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
  });

  test("messages of several subscriptions, with names and bytes of any kind", async (t) => {
    const page = await open(t, "messages");
    const subscribe = async (name: string, kind = "Channel"): Promise<void> => {
      await page.getByLabel("Channel or pattern").selectOption({ label: kind });
      await page.getByLabel("Name, such as").fill(name);
      await page.getByRole("button", { name: "Subscribe", exact: true }).click();
    };
    for (const [name, kind] of [[HOSTILE], ["a,b"], ["news.*", "Pattern"], ["."]] as const) await subscribe(name, kind);
    await page.locator(".chip .dot-good").nth(3).waitFor();
    await server.command(["PUBLISH", HOSTILE, HOSTILE]);
    await server.call("POST", "/publish/a%2cb", { body: Buffer.from("c,d\r\n\xff\0", "latin1") });
    await server.command(["PUBLISH", ".", "dot"]);
    await server.command(["PUBLISH", "news.x", "x".repeat(300_000)]);
    await row(page, String.raw`a,bc,d\r\n\xff\x00`).waitFor();
    await row(page, "dot").waitFor();
    await row(page, String.raw`<img src=x onerror="document.title=1">\u{202e}__proto__`)
      .first()
      .waitFor();
    await row(page, "news.x").getByRole("button").click();
    await page.getByText("The first 262,144 bytes of 300,000").waitFor();
    await page.keyboard.press("Escape");
    await page.getByLabel("Channel", { exact: true }).fill("news.all");
    await page.getByLabel("Message", { exact: true }).fill("hello");
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("Sent to 1 receiver.").waitFor();
    await row(page, "news.allhello").waitFor();
    await pictures(page, "live-messages");
    await page.getByRole("button", { name: "Unsubscribe from a,b" }).click();
    await until(() => server.server.engine.pubSub.publish("a,b", "") === 0);
    await page.getByLabel("Text in channel or message").fill("dot");
    await row(page, "hello").waitFor({ state: "detached" });
    assert.notEqual(await page.title(), "1");
  });

  test("events of keys are turned on, shown, and turned off as they were before", async (t) => {
    await server.command(["CONFIG", "SET", "notify-keyspace-events", "Kg"]);
    const page = await open(t, "events");
    await page.getByText("The server publishes what happens to keys (notify-keyspace-events gK)").waitFor();
    await page.getByRole("button", { name: "Turn off" }).click();
    await page.getByRole("button", { name: "Turn on" }).click();
    await page.getByText("notify-keyspace-events EA").waitFor();
    await until(() => server.server.engine.pubSub.publish("__keyevent@0__:del", "probe") === 1);
    await server.command(["SET", `k ${HOSTILE}`, "v"]);
    await server.call("POST", "/del", { body: Buffer.from(`k ${HOSTILE}`) });
    await row(page, String.raw`db 0setk <img src=x onerror="document.title=1">\u{202e}__proto__`).waitFor();
    await row(page, "db 0delk").waitFor();
    await pictures(page, "live-events");
    await page.getByLabel("Event, such as").fill("set");
    await row(page, "db 0del").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Turn off" }).click();
    await page.getByRole("button", { name: "Turn on" }).waitFor();
    const { json } = await server.command(["CONFIG", "GET", "notify-keyspace-events"]);
    assert.deepEqual(json, { result: ["notify-keyspace-events", ""] });
  });

  test("what a user may not do is said where it is asked for", async (t) => {
    const page = await open(t, "monitor", READ_ONLY_TOKEN);
    await page.getByRole("button", { name: "Start MONITOR" }).click();
    await page.getByRole("alert").filter({ hasText: "Monitor: your rights do not allow this" }).waitFor();
    await page.getByRole("tab", { name: "Messages" }).click();
    await page.getByRole("alert").filter({ hasText: "pubsub|channels" }).waitFor();
    await page.getByRole("tab", { name: "Key events" }).click();
    await page.getByRole("alert").filter({ hasText: "config|get" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Turn on" }).count(), 0);
    await pictures(page, "live-refused");
  });

  test("streams go on by themselves when the server is back", async (t) => {
    const first = await TestServer.start();
    const { port } = first.server;
    const page = await open(t, "monitor", TOKEN, first);
    await startMonitor(page, first);
    await first.command(["ECHO", "before"]);
    await row(page, "before").waitFor();
    await first.stop();
    await page.getByText("The server is away").waitFor();
    const second = await TestServer.start({ port });
    await until(() => !second.server.engine.monitors.isEmpty);
    await second.command(["ECHO", "after"]);
    await row(page, "after").waitFor();
    await row(page, "before").waitFor();
    await page.getByText("The server is away").waitFor({ state: "detached" });
    await page.close();
    await second.stop();
  });
});
