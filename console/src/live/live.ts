/** What runs on while other screens are shown: measurements, streams and scans, for as long as the session lasts. */
import { effect } from "@preact/signals";
import { session, theSession } from "../app/session.ts";
import type { RestClient } from "../client/rest-client.ts";
import { Sampler } from "./sampler.ts";
import { KeyScanner } from "./scanner.ts";
import { KeyEvents, MonitorStream, Subscriptions } from "./streams.ts";

interface Live {
  readonly client: RestClient;
  readonly sampler: Sampler;
  readonly monitor: MonitorStream;
  readonly subscriptions: Subscriptions;
  readonly keyEvents: KeyEvents;
  readonly scanner: KeyScanner;
}

let current: Live | undefined;

function end({ keyEvents, monitor, sampler, scanner, subscriptions }: Live): void {
  sampler.stop();
  monitor.follower.stop();
  subscriptions.end();
  keyEvents.stop();
  scanner.stop();
}

// A session that has ended must not ask on, nor with the token of the one before.
effect(() => {
  const client = session.value?.client;
  if (current === undefined || client === current.client) return;
  end(current);
  current = undefined;
});

/** What runs in this session. Begins to measure when it is first asked for. */
export function live(): Live {
  const { client } = theSession();
  current ??= {
    client,
    sampler: new Sampler(client),
    monitor: new MonitorStream(client),
    subscriptions: new Subscriptions(client),
    keyEvents: new KeyEvents(client),
    scanner: new KeyScanner(client),
  };
  return current;
}
