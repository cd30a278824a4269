/** What runs on while other screens are shown: measurements, streams and scans, for as long as the session lasts. */
import { effect } from "@preact/signals";
import { session, theSession } from "../app/session.ts";
import type { RestClient } from "../client/rest-client.ts";
import { Sampler } from "./sampler.ts";

export interface Live {
  readonly client: RestClient;
  readonly sampler: Sampler;
}

let current: Live | undefined;

function end({ sampler }: Live): void {
  sampler.stop();
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
  current ??= { client, sampler: new Sampler(client) };
  return current;
}
