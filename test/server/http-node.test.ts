/** The tests of the HTTP door once more, over node:http. A test file is a process, so this reaches no other. */
process.env["TEST_HTTP"] = "node";
await import("./rest-api.test.ts");
await import("./http-streams.test.ts");
await import("./server.test.ts");
await import("../contract/rest-examples.test.ts");
