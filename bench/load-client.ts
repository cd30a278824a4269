/** The load client's own process: reads what to do from standard input, writes what it measured. */
import { text } from "node:stream/consumers";
import { clientMain } from "./load.ts";
import type { HttpLoad } from "./load.ts";

const task = JSON.parse(await text(process.stdin)) as { load: HttpLoad; connections: number; seconds: number };
process.stdout.write(JSON.stringify(await clientMain(task.load, task.connections, task.seconds)));
