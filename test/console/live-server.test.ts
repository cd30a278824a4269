/** The screen Live in a browser: the slow log, latencies, clients, and what keys take in memory. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";
import { EventStream } from "../support/event-stream.ts";
import { oracleSkipReason, RedisServer } from "../support/redis.ts";
import { READ_ONLY_TOKEN, TestServer, TOKEN } from "../support/server.ts";
import { until } from "../support/until.ts";
import { noBrowser, openConsole, pictures, startBrowser } from "./browser.ts";

const HOSTILE = '<b>x</b>\u202e"__proto__';

describe("live: what is slow, who is connected, what is large", { skip: noBrowser }, () => {
  let browser: Browser;
  let server: TestServer;
  before(async () => {
    [browser, server] = await Promise.all([startBrowser(), TestServer.start({ redisPort: 0 })]);
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  const open = (t: TestContext, tab: string, token = TOKEN, of = server): Promise<Page> =>
    openConsole(t, browser, of.server, token, { path: `#/live/${tab}` });

  const row = (page: Page, text: string | RegExp): Locator =>
    page.locator(".live-table tbody tr").filter({ hasText: text }).first();

  test("the slow log: its threshold is changed, commands are listed, and it is emptied", async (t) => {
    const page = await open(t, "slow");
    await page.getByText("Commands that take 10,000 µs or more").waitFor();
    await page.getByRole("button", { name: "Change slowlog-log-slower-than" }).click();
    await page.getByLabel("From how many µs on").fill("0");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByText("Commands that take 0 µs or more").waitFor();
    await server.command(["SET", HOSTILE, "\0"]);
    await server.command(["CONFIG", "SET", "slowlog-log-slower-than", 10_000]);
    await page.getByRole("button", { name: "Refresh" }).click();
    await row(page, String.raw`SET<b>x</b>\u{202e}"__proto__\x00`).waitFor();
    await pictures(page, "live-slow");
    await page.getByRole("button", { name: "Empty the slow log" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Empty the slow log" }).click();
    await page.getByText("No command took that long.").waitFor();
    assert.deepEqual((await server.command(["SLOWLOG", "LEN"])).json, { result: 0 });
  });

  test("latency: events, what the doctor says, and how long each command takes", async (t) => {
    await server.command(["CONFIG", "SET", "latency-monitor-threshold", 1]);
    const big = Array.from({ length: 40_000 }, (_, i) => String(i));
    await server.command(["RPUSH", "big", ...big]);
    await server.command(["SORT", "big", "ALPHA"]);
    const page = await open(t, "latency");
    await row(page, /^command/)
      .getByRole("button")
      .click();
    await page.getByText("When “command” took long").waitFor();
    await page.locator(".bar").first().waitFor();
    await page.getByText("What the doctor says").waitFor();
    await row(page, /^SORT/).getByRole("button").click();
    await page.getByText("Calls of SORT by their time").waitFor();
    await pictures(page, "live-latency");
    await page.getByRole("button", { name: "Forget all events" }).click();
    await page.getByText("No event took that long.").waitFor();
  });

  test("clients: sorted, explained, and disconnected, but not this page's own streams", async (t) => {
    const connection = await server.connect();
    await connection.send("AUTH", TOKEN);
    await connection.send("CLIENT", "SETNAME", "worker<b>");
    const stream = await EventStream.open(server, "/subscribe/c");
    const page = await open(t, "monitor");
    await page.getByRole("button", { name: "Start MONITOR" }).click();
    await page
      .getByText(/shown of|No command has come yet/)
      .first()
      .waitFor();
    await page.getByRole("tab", { name: "Clients" }).click();
    await row(page, "MONITOR").getByText("this page").waitFor();
    assert.equal(await row(page, "MONITOR").getByRole("button").count(), 0);
    await row(page, "listens to channels").waitFor();
    const rest = row(page, "nothing special").filter({ hasText: "?:0" });
    assert.equal(await rest.getByRole("button").count(), 0, "a REST user has no connection to close");
    await page.getByRole("columnheader", { name: "Id", exact: true }).getByRole("button").click();
    await page.locator('th[aria-sort="descending"]').waitFor();
    await pictures(page, "live-clients");
    await page.setViewportSize({ width: 360, height: 640 });
    await pictures(page, "live-clients-narrow");
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByLabel("Address, user, command").fill("worker");
    await row(page, "worker<b>").getByRole("button").click();
    await page.getByRole("dialog").getByRole("button", { name: "Close the connection" }).click();
    await row(page, "worker<b>").waitFor({ state: "detached" });
    await page.getByLabel("Address, user, command").fill("listens");
    await page.getByLabel("Address, user, command").fill("");
    await row(page, "listens to channels").getByRole("button").click();
    await page.getByRole("dialog").getByRole("button", { name: "Close the connection" }).click();
    await stream.closed;
    connection.close();
  });

  test("biggest keys and memory by prefix come from one scan, which can be sampled and stopped", async (t) => {
    await server.command(["FLUSHALL"]);
    const commands = Array.from({ length: 3000 }, (_, i) => ["SET", `user:${i % 10}:${i}`, "v".repeat(i % 50)]);
    commands.push(["SET", `large:${HOSTILE}`, "x".repeat(50_000)], ["RPUSH", "list", "a"], ["SADD", "session:s", "a"]);
    await server.call("POST", "/pipeline", { body: JSON.stringify(commands) });
    await server.call("POST", "/set/raw%ff%00", { body: "v" });
    const page = await open(t, "keys");
    await page.getByText("A scan asks MEMORY USAGE for each key").waitFor();
    await page.getByRole("button", { name: "Scan" }).click();
    await page.getByText("3,004 keys, complete").waitFor();
    await page.getByText(/^string: 3,002 keys/).waitFor();
    await row(page, String.raw`large:<b>x</b>\u{202e}"__proto__`).waitFor();
    await page.getByText(/^list: 1 key,/).waitFor();
    await pictures(page, "live-keys");
    await page.getByRole("tab", { name: "Memory by prefix" }).click();
    await page.getByText("2 keys without a further prefix").waitFor();
    await pictures(page, "live-memory");
    await page.getByRole("button", { name: /^user:: .* Look into it$/ }).click();
    await page.getByText(/^3,000 keys, /).waitFor();
    assert.equal(await page.locator(".live-table tbody tr").count(), 10);
    await row(page, "7:").getByRole("button").click();
    await page.getByText("300 keys without a further prefix").waitFor();
    await page.getByRole("button", { name: "All keys" }).click();
    await page.getByLabel("Pattern of keys").fill("none*");
    await page.getByRole("button", { name: "Scan" }).click();
    await page.getByText("There are no such keys.").waitFor();
  });

  test("what a user may not ask is said in each tab", async (t) => {
    const page = await open(t, "slow", READ_ONLY_TOKEN);
    await page.getByRole("alert").filter({ hasText: "slowlog|get" }).waitFor();
    await page.getByRole("tab", { name: "Latency" }).click();
    await page.getByRole("alert").filter({ hasText: "latency|latest" }).waitFor();
    await page.getByRole("tab", { name: "Clients" }).click();
    await page.getByRole("alert").filter({ hasText: "client|list" }).waitFor();
    await page.getByRole("tab", { name: "Biggest keys" }).click();
    await page.getByRole("button", { name: "Scan" }).click();
    await page.getByRole("alert").filter({ hasText: "scan" }).waitFor();
  });

  test("every tab works in front of a Redis", { skip: oracleSkipReason() }, async (t) => {
    const redis = await RedisServer.start();
    const front = await TestServer.start({ redis: `unix:${redis.path}` });
    await redis.send(["SET", "user:1", "v"]);
    const page = await open(t, "charts", TOKEN, front);
    await page.locator('#chart-keys .plot[aria-label*="Keys: now 1"]').waitFor();
    await page.getByRole("tab", { name: "Monitor" }).click();
    await page.getByRole("button", { name: "Start MONITOR" }).click();
    // The backend's MONITOR begins after the page has asked for it.
    await until(async () => {
      await redis.send(["ECHO", "there"]);
      return (await page.locator(".log-row").filter({ hasText: "there" }).count()) > 0;
    });
    await page.getByRole("tab", { name: "Key events" }).click();
    await page.getByRole("button", { name: "Turn on" }).click();
    await page.getByRole("button", { name: "Turn off" }).waitFor();
    await page.getByRole("tab", { name: "Slow log" }).click();
    await page.getByText("Commands that take 10,000 µs or more").waitFor();
    await page.getByRole("tab", { name: "Latency" }).click();
    await page.getByText("What the doctor says").waitFor();
    await page.getByRole("tab", { name: "Clients" }).click();
    await row(page, "MONITOR").getByText("this page").waitFor();
    await page.getByRole("tab", { name: "Biggest keys" }).click();
    await page.getByRole("button", { name: "Scan" }).click();
    await page.getByText("1 key, complete").waitFor();
    // A backend that is away is no lack of rights.
    await redis.stop();
    await page.getByRole("tab", { name: "Charts" }).click();
    await page.locator('#chart-keys .plot[aria-label*="Keys: now –"]').waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.close();
    await front.stop();
  });
});
