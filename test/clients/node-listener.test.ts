/** The published client over node:http. A test file is a process, so this reaches no other. */
process.env["TEST_HTTP"] = "node";
await import("./transport.test.ts");
await import("./subscribe.test.ts");
