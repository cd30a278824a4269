/** The open key: what it is, what can be done with it, and its value. */
import { useEffect, useMemo } from "preact/hooks";
import { lazy } from "../ui/lazy.tsx";
import { goTo } from "../app/route.ts";
import { explain, theSession } from "../app/session.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Bytes } from "../ui/bytes.tsx";
import { Button, Empty, IconButton, Problem } from "../ui/controls.tsx";
import { Icon } from "../ui/icons.tsx";
import { confirm } from "../ui/dialog.tsx";
import { visibleText } from "../ui/visible.ts";
import { copyName, deleteKeys, exportKeys, keyDialog } from "./actions.ts";
import { nowMs } from "./clock.ts";
import type { KeyFacts } from "./key-facts.ts";
import type { KeyList } from "./key-list.ts";
import { OpenKey } from "./open-key.ts";
import { TypeBadge } from "./TypeBadge.tsx";
import { bytesText, spanText } from "./units.ts";

const ValueView = lazy(async () => (await import("../values/ValueView.tsx")).ValueView);

/** Bytes of a name that the head shows. */
const NAME_BYTES_MAX = 4096;

interface OpenKeyPaneProps {
  readonly name: ByteString;
  readonly list: KeyList;
}

export function OpenKeyPane({ name, list }: OpenKeyPaneProps) {
  const { client } = list;
  const key = useMemo(() => new OpenKey(client, name, (facts) => list.facts.set(name, facts)), [name]);
  useEffect(() => {
    const following = new AbortController();
    void key.follow(following.signal);
    const look = (): void => void key.look();
    // What happened while nobody looked is not left for two seconds more.
    document.addEventListener("visibilitychange", look);
    return () => {
      following.abort();
      document.removeEventListener("visibilitychange", look);
    };
  }, [key]);
  const isOnline = client.isOnline.value;
  const changed = list.changedNames.value;
  useEffect(() => {
    if (isOnline) void key.look();
  }, [isOnline]);
  useEffect(() => {
    if (changed.has(name)) void key.look();
  }, [changed]);
  return (
    <>
      <Head openKey={key} />
      <State openKey={key} />
      <Value openKey={key} />
    </>
  );
}

function Head({ openKey }: { readonly openKey: OpenKey }) {
  const { name } = openKey;
  const { facts, status } = openKey.state.value;
  const { mayWrite } = theSession().rights;
  const isHere = status === "here";
  return (
    <header class="key-head">
      <div class="key-title">
        <IconButton icon="back" label={TEXTS.keys.back} class="icon-button narrow-only" onClick={() => goTo("keys")} />
        <TypeBadge facts={facts} />
        <h2 tabIndex={0}>
          {name === "" ? <em>{TEXTS.keys.emptyName}</em> : <Bytes bytes={name} bytesMax={NAME_BYTES_MAX} />}
        </h2>
        <div class="key-actions" role="toolbar" aria-label={TEXTS.keys.actions}>
          <IconButton icon="copy" label={TEXTS.keys.copyName} onClick={() => void copyName(name)} />
          <IconButton icon="refresh" label={TEXTS.app.refresh} onClick={() => void openKey.refresh()} />
          {isHere && <IconButton icon="download" label={TEXTS.keys.export} onClick={() => void exportKeys([name])} />}
          {mayWrite && isHere && <WriteActions name={name} />}
        </div>
      </div>
      {facts !== undefined && status !== "refused" && <Facts openKey={openKey} facts={facts} />}
    </header>
  );
}

function WriteActions({ name }: { readonly name: ByteString }) {
  return (
    <>
      <IconButton icon="edit" label={TEXTS.keys.rename} onClick={() => (keyDialog.value = { kind: "rename", name })} />
      <IconButton
        icon="duplicate"
        label={TEXTS.keys.duplicate}
        onClick={() => (keyDialog.value = { kind: "duplicate", name })}
      />
      <IconButton icon="trash" label={TEXTS.keys.remove} onClick={() => deleteKeys([name])} />
    </>
  );
}

function Facts({ openKey, facts }: { readonly openKey: OpenKey; readonly facts: KeyFacts }) {
  const { encoding, status } = openKey.state.value;
  const { deadlineMs, bytes } = facts;
  return (
    <dl class="key-facts">
      <div>
        <dt>{TEXTS.keys.ttl}</dt>
        <dd>
          {deadlineMs === undefined ? TEXTS.keys.ttlNever : <Left deadlineMs={deadlineMs} />}
          {theSession().rights.mayWrite && status === "here" && (
            <IconButton
              icon="clock"
              label={TEXTS.keys.editTtl}
              onClick={() => (keyDialog.value = { kind: "expiry", names: [openKey.name], deadlineMs })}
            />
          )}
        </dd>
      </div>
      {bytes !== undefined && (
        <div>
          <dt>{TEXTS.keys.size}</dt>
          <dd title={TEXTS.keys.bytes(bytes)}>{bytesText(bytes)}</dd>
        </div>
      )}
      {encoding !== undefined && (
        <div>
          <dt>{TEXTS.keys.encoding}</dt>
          <dd>{visibleText(encoding)}</dd>
        </div>
      )}
      <Liveness openKey={openKey} />
    </dl>
  );
}

function Left({ deadlineMs }: { readonly deadlineMs: number }) {
  const leftMs = deadlineMs - nowMs.value;
  return (
    <time dateTime={new Date(deadlineMs).toISOString()} title={new Date(deadlineMs).toLocaleString()}>
      {leftMs <= 0 ? TEXTS.keys.expired : TEXTS.keys.ttlOf(spanText(leftMs))}
    </time>
  );
}

/** How changes are noticed; where they are asked for, the server's events are offered. */
function Liveness({ openKey }: { readonly openKey: OpenKey }) {
  const hasEvents = openKey.hasEvents.value;
  const offer = (): void =>
    confirm({
      title: TEXTS.keys.turnOnEvents,
      text: TEXTS.keys.turnOnEventsText,
      verb: TEXTS.keys.turnOnEventsVerb,
      act: () => openKey.turnOnEvents(),
    });
  return (
    <div class="key-live">
      <dt class="visually-hidden">{TEXTS.keys.changes}</dt>
      <dd>
        {hasEvents || !theSession().rights.mayWrite ? (
          <span class="badge" title={hasEvents ? TEXTS.keys.live : TEXTS.keys.polled}>
            {hasEvents ? TEXTS.keys.liveShort : TEXTS.keys.polledShort}
          </span>
        ) : (
          <button type="button" class="badge badge-button" title={TEXTS.keys.polled} onClick={offer}>
            {TEXTS.keys.polledShort}
          </button>
        )}
      </dd>
    </div>
  );
}

/** What is to be known before the value is looked at. */
function State({ openKey }: { readonly openKey: OpenKey }) {
  const { status, goneMs, error, facts } = openKey.state.value;
  const shown = openKey.shownType.value;
  if (status === "loading") return <Empty>{TEXTS.app.loading}</Empty>;
  if (status === "failed") return <Problem text={visibleText(explain(error))} />;
  if (status === "refused") {
    return (
      <div class="key-state">
        <Problem text={TEXTS.keys.refused} />
        <p class="hint">{visibleText(String(error))}</p>
      </div>
    );
  }
  if (status === "gone") return shown === undefined ? <NotThere name={openKey.name} /> : <Gone goneMs={goneMs!} />;
  const type = facts!.type!;
  if (shown === type || shown === undefined) return null;
  return (
    <p class="key-note" role="status">
      <Icon name="warning" />
      <span>{TEXTS.keys.isAnother(TEXTS.keys.types[type] ?? visibleText(type))}</span>
      <Button onClick={() => openKey.show()}>{TEXTS.keys.showNow}</Button>
    </p>
  );
}

function Gone({ goneMs }: { readonly goneMs: number }) {
  return (
    <p class="key-note" role="status">
      <Icon name="warning" />
      <span>{TEXTS.keys.goneAt(new Date(goneMs).toLocaleTimeString())}</span>
    </p>
  );
}

function NotThere({ name }: { readonly name: ByteString }) {
  return (
    <div class="key-state">
      <Empty>{TEXTS.keys.notThere}</Empty>
      {theSession().rights.mayWrite && (
        <Button icon="plus" onClick={() => (keyDialog.value = { kind: "new", name })}>
          {TEXTS.keys.createIt}
        </Button>
      )}
    </div>
  );
}

/** Stays when the key is deleted, so that nothing that was typed is lost. */
function Value({ openKey }: { readonly openKey: OpenKey }) {
  const type = openKey.shownType.value;
  if (type === undefined) return null;
  return (
    <div class="key-value">
      <ValueView
        key={type}
        keyName={openKey.name}
        type={type}
        version={openKey.version.value}
        onChanged={() => void openKey.look()}
      />
    </div>
  );
}
