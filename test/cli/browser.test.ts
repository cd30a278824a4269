/** Which program opens an address. That it is run is tested with the subcommand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowser, openerOf } from "../../src/cli/browser.ts";

const URL = "http://127.0.0.1:8079/console?a&b#code=c";

test("each system has a program that opens an address, given as one word", () => {
  assert.deepEqual(openerOf(URL, "darwin", {}), ["open", URL]);
  assert.deepEqual(openerOf(URL, "win32", {}), ["rundll32", "url.dll,FileProtocolHandler", URL]);
  const wsl = { WSL_DISTRO_NAME: "Debian" };
  assert.deepEqual(openerOf(URL, "linux", wsl), ["rundll32.exe", "url.dll,FileProtocolHandler", URL]);
  for (const name of ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"])
    assert.deepEqual(openerOf(URL, "linux", { [name]: "x" }), ["xdg-open", URL]);
});

test("nothing is opened where there is no display, or no such program", async () => {
  assert.equal(await openBrowser(URL, { DISPLAY: "" }, "linux"), "there is no display");
  const missing = await openBrowser(URL, { DISPLAY: ":0", PATH: "/nowhere" }, "linux");
  assert.match(missing!, /^xdg-open cannot be run: .*ENOENT/);
});
