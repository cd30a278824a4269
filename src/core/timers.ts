/**
 * The timers of the process, read once at the start: a user's test may replace them by fake ones while a server runs in its
 * process. With these it would not yield, close its connections or end. A runner that has replaced those of the globals
 * before this is loaded leaves the module's.
 */
import * as timers from "node:timers";

export const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers;

export const { nextTick } = process;
