/** Ways into the console, in a browser: a link with a code, the root, a proxy that adds a prefix. */
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { TestServer, TOKEN } from "../support/server.ts";
import { noBrowser, openConsole, startBrowser } from "./browser.ts";

/** Resolves when the page shows the keys of a server that has one. */
const isIn = (page: Page): Promise<void> => page.locator(".key-row", { hasText: "greeting" }).waitFor();

const tokenOf = (page: Page): Promise<string | null> =>
  page.evaluate<string | null>('sessionStorage.getItem("stashd.token")');

/** A proxy that serves a server below a path. Answers its address with that path. */
async function proxyTo(t: TestContext, { server }: TestServer, prefix: string): Promise<string> {
  const proxy = createServer((incoming, outgoing) => {
    const { headers, method, url = "" } = incoming;
    if (!url.startsWith(prefix)) return void outgoing.writeHead(404).end();
    const options = {
      host: "127.0.0.1",
      port: server.port,
      method,
      headers,
      path: url.slice(prefix.length),
      agent: false,
    };
    const passed = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
    passed.on("error", () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => void proxy.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}`;
}

describe("the console is reached", { skip: noBrowser }, () => {
  let browser: Browser;
  let server: TestServer;
  before(async () => {
    browser = await startBrowser();
    server = await TestServer.start();
    await server.command(["SET", "greeting", "hello"]);
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  test("by the link of the start, which logs in once and leaves no code in the address", async (t) => {
    const { consoleUrl, url } = server.server;
    const path = consoleUrl!.slice(`${url}/console`.length);
    const page = await openConsole(t, browser, server.server, undefined, { path });
    await isIn(page);
    assert.equal(await tokenOf(page), TOKEN);
    assert.ok(!page.url().includes(path.slice(-32)), page.url());
    // The tab keeps the token, and needs no code again.
    await page.reload();
    await isIn(page);
    const late = await openConsole(t, browser, server.server, undefined, { path });
    await late.getByText("this code was used before").waitFor();
    assert.equal(await tokenOf(late), null);
  });

  test("from the root, and with a slash behind it", async (t) => {
    const page = await openConsole(t, browser, server.server, TOKEN);
    for (const path of ["/", "/console/"]) {
      await page.goto(server.server.url + path);
      await isIn(page);
      assert.equal(new URL(page.url()).pathname, "/console");
    }
  });

  test("behind a proxy that adds a prefix", async (t) => {
    const url = await proxyTo(t, server, "/redis");
    const { code } = (await server.call("POST", "/console/code")).json as { code: string };
    const page = await openConsole(t, browser, { url }, undefined, { path: `/#code=${code}` });
    await isIn(page);
    assert.equal(new URL(page.url()).pathname, "/redis/console");
    assert.equal(await tokenOf(page), TOKEN);
  });
});
