/** The entries of a stream, newest first, with those that come while it is shown. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, Problem } from "../ui/controls.tsx";
import { confirm } from "../ui/dialog.tsx";
import { Bytes } from "./Bytes.tsx";
import { EntryDialog } from "./EntryDialog.tsx";
import type { EntryTask } from "./EntryDialog.tsx";
import { StreamEntries, timeOf } from "./stream-entries.ts";
import type { Entry } from "./stream-entries.ts";
import { Table } from "./Table.tsx";
import type { Row } from "./Table.tsx";
import { usePolling } from "./use-polling.ts";
import type { ValueProps } from "./ValueView.tsx";

export function StreamTable({ keyName, version, onChanged }: ValueProps) {
  const { client, rights } = theSession();
  const [task, setTask] = useState<EntryTask>();
  const [isPaused, setPaused] = useState(false);
  const { model, problem, setProblem, begin } = useEntries(keyName);
  const failed = (error: unknown): void => setProblem(explain(error));
  usePolling(!isPaused && model.isOpen, version, async () => {
    try {
      await model.tail();
      setProblem(undefined);
    } catch (error) {
      failed(error);
    }
  });
  const entries = model.entries.value;
  const isComplete = model.isComplete.value;
  const remove = (id: string): void =>
    confirm({
      title: TEXTS.values.removeEntry,
      text: TEXTS.values.removeEntryText(id),
      verb: TEXTS.values.remove,
      act: async () => {
        await client.send(["XDEL", keyName, id]);
        model.remove(id);
        onChanged?.();
      },
    });
  const row = (index: number): Row | undefined => {
    const entry = entries[index];
    if (entry === undefined) model.older().catch(failed);
    return entry && entryRow(entry, rights.mayWrite, setTask, remove);
  };
  return (
    <>
      <div class="value-tools">
        <FollowButton isPaused={isPaused} onToggle={() => setPaused(!isPaused)} />
        <span class="hint" role="status">
          {isComplete ? TEXTS.values.entries(entries.length) : TEXTS.values.entriesSoFar(entries.length)}
        </span>
        <IdRange onRange={begin} />
        <span class="grow" />
        {rights.mayWrite && <StreamButtons setTask={setTask} />}
      </div>
      {problem !== undefined && <Problem text={problem} />}
      {entries.length === 0 && isComplete ? (
        <Empty>{TEXTS.values.noEntries}</Empty>
      ) : (
        <Table
          label={TEXTS.values.entriesTitle}
          kind="stream"
          titles={[TEXTS.values.id, TEXTS.values.time, TEXTS.values.fieldsTitle]}
          count={entries.length + (isComplete ? 0 : 1)}
          row={row}
        />
      )}
      {task !== undefined && (
        <EntryDialog
          {...{ task, keyName }}
          onDone={() => {
            if (task.kind === "trim") begin();
            else void model.tail().catch(failed);
            setTask(undefined);
            onChanged?.();
          }}
          onClose={() => setTask(undefined)}
        />
      )}
    </>
  );
}

function useEntries(keyName: ByteString) {
  const { client } = theSession();
  const model = useMemo(() => new StreamEntries(client, keyName), [client, keyName]);
  const [problem, setProblem] = useState<string>();
  const begin = (start?: string, end?: string): void => {
    model.begin(start, end).then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(explain(error)),
    );
  };
  useEffect(() => begin(), [model]);
  return { model, problem, setProblem, begin };
}

function entryRow(
  entry: Entry,
  mayWrite: boolean,
  setTask: (task: EntryTask) => void,
  remove: (id: string) => void,
): Row {
  const trash = { icon: "trash" as const, label: TEXTS.values.removeOf(entry.id), run: () => remove(entry.id) };
  return {
    cells: [
      <span class="mono">{entry.id}</span>,
      <span class="mono">{timeOf(entry.id)}</span>,
      <Pairs entry={entry} />,
    ],
    open: () => setTask({ kind: "show", entry }),
    actions: mayWrite ? [trash] : [],
  };
}

/** Pairs that a line shows. */
const PAIRS_SHOWN = 8;

function Pairs({ entry: { fields } }: { readonly entry: Entry }) {
  return (
    <>
      {fields.slice(0, PAIRS_SHOWN).map(([name, value], i) => (
        <span key={i} class="pair">
          <span class="pair-name">
            <Bytes bytes={name} />
          </span>
          <Bytes bytes={value} />
        </span>
      ))}
    </>
  );
}

function FollowButton({ isPaused, onToggle }: { readonly isPaused: boolean; readonly onToggle: () => void }) {
  return (
    <Button icon={isPaused ? "play" : "pause"} onClick={onToggle}>
      {isPaused ? TEXTS.values.tailOn : TEXTS.values.tailOff}
    </Button>
  );
}

function StreamButtons({ setTask }: { readonly setTask: (task: EntryTask) => void }) {
  return (
    <>
      <Button icon="trash" onClick={() => setTask({ kind: "trim" })}>
        {TEXTS.values.trim}
      </Button>
      <Button icon="plus" onClick={() => setTask({ kind: "add" })}>
        {TEXTS.values.addEntry}
      </Button>
    </>
  );
}

/** Shows entries between two ids only. */
function IdRange({ onRange }: { readonly onRange: (start?: string, end?: string) => void }) {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const apply = (): void => onRange(from.trim() || "-", to.trim() || "+");
  return (
    <form
      class="score-range"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <input
        class="input jump"
        aria-label={TEXTS.values.fromId}
        placeholder={TEXTS.values.fromId}
        title={TEXTS.values.idHint}
        value={from}
        onInput={({ currentTarget }) => setFrom(currentTarget.value)}
        onChange={apply}
      />
      <input
        class="input jump"
        aria-label={TEXTS.values.toId}
        placeholder={TEXTS.values.toId}
        title={TEXTS.values.idHint}
        value={to}
        onInput={({ currentTarget }) => setTo(currentTarget.value)}
        onChange={apply}
      />
    </form>
  );
}
