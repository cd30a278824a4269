/** Opens a web page in the browser of the person at this machine, by the program that each system has for it. */
import { spawn } from "node:child_process";
import type { Variables } from "./variables.ts";

/** A program and its words. None of them goes through a shell, which would take `&` in an address for its own. */
type Opener = readonly [program: string, ...words: readonly string[]];

/** What opens an address; undefined where there is no display to show a browser on. */
export function openerOf(url: string, platform: NodeJS.Platform, variables: Variables): Opener | undefined {
  if (platform === "darwin") return ["open", url];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  // In the Windows Subsystem for Linux the browser is the one of Windows.
  if (variables["WSL_DISTRO_NAME"] !== undefined) return ["rundll32.exe", "url.dll,FileProtocolHandler", url];
  // Without a display it would start a browser in the terminal, if it finds one.
  const hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"].some((name) => (variables[name] ?? "") !== "");
  return hasDisplay ? ["xdg-open", url] : undefined;
}

/** Opens an address. Answers why it could not, in a few words; undefined when the browser was asked to. */
export function openBrowser(
  url: string,
  variables: Variables,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  const opener = openerOf(url, platform, variables);
  if (opener === undefined) return Promise.resolve("there is no display");
  const [program, ...words] = opener;
  return new Promise((resolve) => {
    // It may be the browser itself, which outlives this program.
    const child = spawn(program, words, { detached: true, env: variables, stdio: "ignore" });
    child.once("error", ({ message }) => resolve(`${program} cannot be run: ${message}`));
    child.once("spawn", () => {
      child.unref();
      resolve(undefined);
    });
  });
}
