/**
 * The timers of the process, read once at the start: a user's test may replace those of the globals by fake ones while a
 * server runs in its process. With these it would not yield, close its connections or end.
 */
export const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = globalThis;
