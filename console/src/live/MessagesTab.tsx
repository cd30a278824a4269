/** Publish and subscribe: several channels and patterns at once, and what is said on them. */
import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { explain } from "../app/session.ts";
import { fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, numberOf, stringOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Bytes } from "../ui/bytes.tsx";
import { Button, IconButton, Problem, Select } from "../ui/controls.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { nameText, visible } from "../ui/visible.ts";
import { live } from "./live.ts";
import { FilterField, LogView, StreamState, timeOf } from "./LogView.tsx";
import { PAYLOAD_BYTES_MAX } from "./messages.ts";
import type { Message } from "./messages.ts";
import type { Subscription, Subscriptions } from "./streams.ts";

const wanted = signal("");

/** What is being published, kept while other tabs are shown. */
const draft = signal({ channel: "", message: "" });

const lineOf = ({ atMs, channel, payload }: Message): string =>
  `${new Date(atMs).toISOString()} ${visible(channel)} ${visible(payload)}`;

export function MessagesTab() {
  const { subscriptions } = live();
  const [opened, setOpened] = useState<Message>();
  const filter = useMemo(() => {
    const text = fromText(wanted.value);
    return ({ channel, payload }: Message) => channel.includes(text) || payload.includes(text);
  }, [wanted.value]);
  return (
    <div class="live-page live-full">
      <div class="two-forms">
        <SubscribeForm subscriptions={subscriptions} />
        <PublishForm />
      </div>
      <ChannelList subscriptions={subscriptions} />
      <SubscriptionList subscriptions={subscriptions} />
      <LogView
        log={subscriptions.log}
        label={TEXTS.live.messages}
        filter={filter}
        text={lineOf}
        fileName="stashd-messages.txt"
        onClear={() => subscriptions.log.clear()}
        empty={subscriptions.list.value.length === 0 ? TEXTS.live.noSubscriptions : TEXTS.live.noMessages}
        tools={
          <FilterField label={TEXTS.live.contains} value={wanted.value} onInput={(text) => (wanted.value = text)} />
        }
        row={(message) => <Row message={message} onOpen={() => setOpened(message)} />}
      />
      {opened !== undefined && (
        <Dialog title={nameText(opened.channel)} wide onClose={() => setOpened(undefined)}>
          <pre class="whole-line">{visible(opened.payload)}</pre>
          {opened.payloadBytes > PAYLOAD_BYTES_MAX && (
            <p class="note">{TEXTS.live.cutMessage(PAYLOAD_BYTES_MAX, opened.payloadBytes)}</p>
          )}
        </Dialog>
      )}
    </div>
  );
}

function Row({ message, onOpen }: { readonly message: Message; readonly onOpen: () => void }) {
  return (
    <div class="log-row" role="listitem">
      <time>{timeOf(message.atMs)}</time>
      <button type="button" class="log-open log-channel" onClick={onOpen} title={TEXTS.live.openMessage}>
        <Bytes bytes={message.channel} />
      </button>
      <code>
        <Bytes bytes={message.payload} />
      </code>
    </div>
  );
}

function SubscribeForm({ subscriptions }: { readonly subscriptions: Subscriptions }) {
  const [kind, setKind] = useState<Subscription["kind"]>("subscribe");
  const [name, setName] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    subscriptions.add(kind, fromText(name));
    setName("");
  };
  return (
    <form class="inline-form" onSubmit={submit} aria-label={TEXTS.live.subscribe}>
      <Select
        label={TEXTS.live.kind}
        value={kind}
        options={(["subscribe", "psubscribe"] as const).map((value) => ({ value, label: TEXTS.live.kinds[value] }))}
        onSelect={setKind}
      />
      <input
        class="input"
        required
        aria-label={TEXTS.live.channelOrPattern}
        placeholder={TEXTS.live.channelOrPattern}
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" icon="plus">
        {TEXTS.live.subscribe}
      </Button>
    </form>
  );
}

function PublishForm() {
  const { client } = live();
  const [said, setSaid] = useState<{ readonly text: string; readonly isProblem: boolean }>();
  const { channel, message } = draft.value;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const reply = await client.command("PUBLISH", fromText(channel), fromText(message));
      setSaid({ text: TEXTS.live.receivers(numberOf(reply)), isProblem: false });
      draft.value = { ...draft.value, message: "" };
    } catch (error) {
      setSaid({ text: explain(error), isProblem: true });
    }
  };
  return (
    <form class="inline-form" onSubmit={submit} aria-label={TEXTS.live.publish}>
      <input
        class="input"
        required
        aria-label={TEXTS.live.channel}
        placeholder={TEXTS.live.channel}
        value={channel}
        onInput={(event) => (draft.value = { ...draft.value, channel: event.currentTarget.value })}
      />
      <input
        class="input"
        aria-label={TEXTS.live.message}
        placeholder={TEXTS.live.message}
        value={message}
        onInput={(event) => (draft.value = { ...draft.value, message: event.currentTarget.value })}
      />
      <Button type="submit">{TEXTS.live.publish}</Button>
      {said !== undefined && (
        <p class={said.isProblem ? "problem form-said" : "hint form-said"} role="status">
          {said.text}
        </p>
      )}
    </form>
  );
}

function SubscriptionList({ subscriptions }: { readonly subscriptions: Subscriptions }) {
  const { list } = subscriptions;
  if (list.value.length === 0) return null;
  return (
    <ul class="chips" aria-label={TEXTS.live.subscriptions}>
      {list.value.map((one) => (
        <li key={`${one.kind}:${one.name}`} class="chip">
          <span class={one.follower.state.value === "open" ? "dot dot-good" : "dot dot-bad"} aria-hidden="true" />
          <span class="visually-hidden">{TEXTS.live.states[one.follower.state.value]}</span>
          <span class="hint">{TEXTS.live.kinds[one.kind]}</span>
          <Bytes bytes={one.name} bytesMax={80} />
          <IconButton
            icon="close"
            label={TEXTS.live.unsubscribe(nameText(one.name))}
            onClick={() => subscriptions.remove(one)}
          />
          <StreamState follower={one.follower} what={TEXTS.live.kinds[one.kind]} />
        </li>
      ))}
    </ul>
  );
}

/** Channels that are listed. */
const CHANNELS_MAX = 200;

/** The channels that have listeners, and how many. */
function ChannelList({ subscriptions }: { readonly subscriptions: Subscriptions }) {
  const { client } = live();
  const [channels, setChannels] = useState<readonly (readonly [ByteString, number])[]>();
  const [problem, setProblem] = useState<string>();
  const read = async (): Promise<void> => {
    try {
      const names = itemsOf(await client.command("PUBSUB CHANNELS"))
        .slice(0, CHANNELS_MAX)
        .map(stringOf);
      const counts = names.length === 0 ? [] : itemsOf(await client.command("PUBSUB NUMSUB", ...names));
      setChannels(names.map((name, i) => [name, numberOf(counts[2 * i + 1]!)] as const));
      setProblem(undefined);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  useEffect(() => void read(), [subscriptions.list.value]);
  if (problem !== undefined) return <Problem text={problem} />;
  return (
    <div class="live-tools">
      <span>{TEXTS.live.channelsWith(channels?.length ?? 0)}</span>
      {channels?.map(([name, count]) => (
        <button key={name} type="button" class="count" onClick={() => subscriptions.add("subscribe", name)}>
          <Bytes bytes={name} bytesMax={60} /> <b>{count}</b>
        </button>
      ))}
      <IconButton icon="refresh" label={TEXTS.live.refreshChannels} onClick={() => void read()} />
    </div>
  );
}
