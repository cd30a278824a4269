/** redis-cli as a client of the servers that are measured. */
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { CLIENT_CORE, pinned } from "./child.ts";

/** Runs one command, and answers what is printed. */
export async function redisCli(port: number, login: readonly string[], words: readonly string[]): Promise<string> {
  const args = ["-p", String(port), "--no-auth-warning", ...login, ...words];
  return (await promisify(execFile)("redis-cli", args)).stdout;
}

/** Runs many commands, and rejects when one fails. */
export async function redisPipe(
  port: number,
  login: readonly string[],
  commands: Iterable<readonly string[]>,
): Promise<void> {
  const options = ["-p", String(port), "--no-auth-warning", ...login, "--pipe"];
  const [program = "", ...args] = pinned(CLIENT_CORE, ["redis-cli", ...options]);
  const pipe = spawn(program, args, { stdio: ["pipe", "ignore", "inherit"] });
  const ended = new Promise((resolve) => pipe.once("exit", resolve));
  let text = "";
  for (const words of commands) {
    text += `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
    if (text.length < 65_536) continue;
    const hasRoom = pipe.stdin.write(text, "latin1");
    text = "";
    if (!hasRoom) await new Promise((resolve) => pipe.stdin.once("drain", resolve));
  }
  pipe.stdin.end(text, "latin1");
  if ((await ended) !== 0) throw new Error("redis-cli --pipe has failed");
}
