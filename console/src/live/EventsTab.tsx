/** What happens to keys, as the server publishes it where it is asked to. */
import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { fromText } from "../client/bytes.ts";
import { itemsOf, textOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Bytes } from "../ui/bytes.tsx";
import { Button, Problem } from "../ui/controls.tsx";
import { visible } from "../ui/visible.ts";
import { matches } from "./glob.ts";
import { live } from "./live.ts";
import { FilterField, LogView, StreamState, timeOf } from "./LogView.tsx";
import { publishedEvents, withEvents } from "./messages.ts";
import type { KeyEvent } from "./messages.ts";

const wanted = signal({ event: "", key: "" });

const FLAGS = "notify-keyspace-events";

const lineOf = ({ atMs, database, event, key }: KeyEvent): string =>
  `${new Date(atMs).toISOString()} db${database} ${event} ${visible(key)}`;

export function EventsTab() {
  const { keyEvents } = live();
  const filter = useMemo(() => {
    const { event } = wanted.value;
    const pattern = fromText(wanted.value.key);
    return (one: KeyEvent) => one.event.startsWith(event) && (pattern === "" || matches(pattern, one.key));
  }, [wanted.value]);
  return (
    <div class="live-page live-full">
      <Publishing />
      <StreamState follower={keyEvents.follower.value} what={TEXTS.live.tabs.events} />
      <LogView
        log={keyEvents.log}
        label={TEXTS.live.tabs.events}
        filter={filter}
        text={lineOf}
        fileName="stashd-events.txt"
        onClear={() => keyEvents.log.clear()}
        empty={TEXTS.live.noEvents}
        filters={
          <div class="live-filters">
            {(["event", "key"] as const).map((name) => (
              <FilterField
                key={name}
                label={TEXTS.live.eventFilters[name]}
                value={wanted.value[name]}
                onInput={(value) => (wanted.value = { ...wanted.value, [name]: value })}
              />
            ))}
          </div>
        }
        row={(event) => <Row event={event} />}
      />
    </div>
  );
}

function Row({ event: { atMs, database, event, key } }: { readonly event: KeyEvent }) {
  return (
    <div class="log-row" role="listitem">
      <time>{timeOf(atMs)}</time>
      <span class="log-client">{TEXTS.live.database(database)}</span>
      <b class="log-open">{event}</b>
      <code>
        <Bytes bytes={key} />
      </code>
    </div>
  );
}

/** Whether events are published, and how to turn that on and off. */
function Publishing() {
  const { client, keyEvents } = live();
  const { mayWrite } = theSession().rights;
  const [flags, setFlags] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const read = async (): Promise<void> => {
    try {
      const [, value] = itemsOf(await client.command(`CONFIG GET ${FLAGS}`));
      setFlags(value === undefined ? "" : textOf(value));
    } catch (error) {
      // Events that others have turned on can be listened to all the same.
      setProblem(explain(error));
      if (keyEvents.follower.value === undefined) keyEvents.start("KEA");
    }
  };
  const set = async (value: string): Promise<void> => {
    try {
      await client.command(`CONFIG SET ${FLAGS}`, fromText(value));
      setProblem(undefined);
      setFlags(value);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  const { byEvent, byKey } = publishedEvents(flags ?? "");
  const isOn = byEvent || byKey;
  useEffect(() => void read(), []);
  useEffect(() => {
    if (isOn && keyEvents.follower.value === undefined) keyEvents.start(flags!);
  }, [isOn]);
  if (problem !== undefined) return <Problem text={problem} />;
  if (flags === undefined) return null;
  const turnOn = (): void => {
    keyEvents.flagsBefore = flags;
    void set(withEvents(flags));
  };
  const turnOff = (): void => {
    keyEvents.stop();
    void set(keyEvents.flagsBefore ?? "");
    keyEvents.flagsBefore = undefined;
  };
  return (
    <div class="live-tools">
      <p class="hint">{isOn ? TEXTS.live.eventsOn(flags) : TEXTS.live.eventsOff}</p>
      {mayWrite && (
        <Button look={isOn ? "plain" : "primary"} onClick={isOn ? turnOff : turnOn}>
          {isOn ? TEXTS.live.turnOff : TEXTS.live.turnOn}
        </Button>
      )}
    </div>
  );
}
