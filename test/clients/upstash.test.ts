/**
 * The published clients of the hosted service with servers that are held to what it has: they miss no command and no option.
 * A test file is a process, so this reaches no other.
 */
process.env["TEST_COMPATIBILITY"] = "upstash";
await import("./commands.test.ts");
await import("./json-sdk.test.ts");
await import("./lock.test.ts");
await import("./pipeline.test.ts");
await import("./ratelimit.test.ts");
await import("./scan.test.ts");
await import("./subscribe.test.ts");
