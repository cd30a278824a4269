/** The groups of a stream; of the one that is chosen, its consumers and pending entries. */
import { useEffect, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { toBytes } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, IconButton, Problem } from "../ui/controls.tsx";
import { confirm } from "../ui/dialog.tsx";
import { Bytes } from "./Bytes.tsx";
import { GroupDialog } from "./GroupDialog.tsx";
import type { GroupTask } from "./GroupDialog.tsx";
import { PendingTable } from "./PendingTable.tsx";
import { readConsumers, readGroups } from "./stream-groups.ts";
import type { Consumer, Group } from "./stream-groups.ts";
import { usePolling } from "./use-polling.ts";
import type { ValueProps } from "./ValueView.tsx";
import { nameOf } from "./visible.ts";

export function StreamGroups({ keyName, version, onChanged }: ValueProps) {
  const { rights } = theSession();
  const [chosen, setChosen] = useState<ByteString>();
  const [task, setTask] = useState<GroupTask>();
  const { groups, consumers, problem, load, edits, changed } = useGroups(keyName, version, chosen, onChanged);
  const group = groups?.find(({ name }) => name === chosen);
  return (
    <div class="groups">
      <div class="value-tools">
        <span class="hint" role="status">
          {groups === undefined ? TEXTS.app.loading : TEXTS.values.groups(groups.length)}
        </span>
        <IconButton icon="refresh" label={TEXTS.app.refresh} onClick={() => void load()} />
        <span class="grow" />
        {rights.mayWrite && (
          <Button icon="plus" onClick={() => setTask({ kind: "create" })}>
            {TEXTS.values.addGroup}
          </Button>
        )}
      </div>
      {problem !== undefined && <Problem text={problem} />}
      {groups?.length === 0 && <Empty>{TEXTS.values.noGroups}</Empty>}
      {groups !== undefined && groups.length > 0 && (
        <GroupList {...{ groups, chosen, setChosen, setTask, keyName, changed, mayWrite: rights.mayWrite }} />
      )}
      {group !== undefined && (
        <>
          <ConsumerList {...{ consumers, group: group.name, keyName, changed, mayWrite: rights.mayWrite }} />
          <PendingTable key={group.name} {...{ keyName, group: group.name, changed, version: version * 1e6 + edits }} />
        </>
      )}
      {task !== undefined && (
        <GroupDialog
          {...{ task, keyName }}
          onDone={() => {
            setTask(undefined);
            changed();
          }}
          onClose={() => setTask(undefined)}
        />
      )}
    </div>
  );
}

function useGroups(
  keyName: ByteString,
  version: number,
  chosen: ByteString | undefined,
  onChanged: (() => void) | undefined,
) {
  const { client } = theSession();
  const [groups, setGroups] = useState<readonly Group[]>();
  const [consumers, setConsumers] = useState<readonly Consumer[]>([]);
  const [problem, setProblem] = useState<string>();
  const [edits, setEdits] = useState(0);
  const load = async (): Promise<void> => {
    try {
      const found = await readGroups(client, keyName);
      const isThere = chosen !== undefined && found.some(({ name }) => name === chosen);
      setConsumers(isThere ? await readConsumers(client, keyName, chosen) : []);
      setGroups(found);
      setProblem(undefined);
    } catch (error) {
      setProblem(explain(error));
    }
  };
  useEffect(() => void load(), [client, keyName, chosen, edits]);
  usePolling(true, version, load);
  const changed = (): void => {
    setEdits((n) => n + 1);
    onChanged?.();
  };
  return { groups, consumers, problem, load, edits, changed };
}

interface GroupListProps {
  readonly groups: readonly Group[];
  readonly chosen: ByteString | undefined;
  readonly setChosen: (name: ByteString) => void;
  readonly setTask: (task: GroupTask) => void;
  readonly keyName: ByteString;
  readonly changed: () => void;
  readonly mayWrite: boolean;
}

function GroupList({ groups, chosen, setChosen, setTask, keyName, changed, mayWrite }: GroupListProps) {
  const { client } = theSession();
  const remove = (name: ByteString): void =>
    ask(TEXTS.values.removeGroup, TEXTS.values.removeGroupText(nameOf(name)), async () => {
      await client.send(["XGROUP", "DESTROY", keyName, name]);
      changed();
    });
  return (
    <div class="grid-scroll">
      <table class="grid">
        <thead>
          <tr>
            {TEXTS.values.groupColumns.map((title) => (
              <th key={title}>{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ name, consumers, pending, lastId, lag }) => (
            <tr key={name} class={name === chosen ? "chosen" : undefined}>
              <td>
                <button
                  type="button"
                  class="cell cell-open"
                  aria-expanded={name === chosen}
                  onClick={() => setChosen(name)}
                >
                  <Bytes bytes={toBytes(name)} />
                </button>
              </td>
              <td>{consumers}</td>
              <td>{pending}</td>
              <td>{lag ?? "?"}</td>
              <td class="mono">{lastId}</td>
              <td>
                {mayWrite && (
                  <span class="row-actions">
                    <IconButton
                      icon="edit"
                      label={TEXTS.values.setIdOf(nameOf(name))}
                      onClick={() => setTask({ kind: "set-id", group: name, lastId })}
                    />
                    <IconButton icon="trash" label={TEXTS.values.removeOf(nameOf(name))} onClick={() => remove(name)} />
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ConsumerListProps {
  readonly consumers: readonly Consumer[];
  readonly group: ByteString;
  readonly keyName: ByteString;
  readonly changed: () => void;
  readonly mayWrite: boolean;
}

function ConsumerList({ consumers, group, keyName, changed, mayWrite }: ConsumerListProps) {
  const { client } = theSession();
  const remove = ({ name, pending }: Consumer): void =>
    ask(TEXTS.values.removeConsumer, TEXTS.values.removeConsumerText(nameOf(name), pending), async () => {
      const words: Word[] = ["XGROUP", "DELCONSUMER", keyName, group, name];
      await client.send(words);
      changed();
    });
  if (consumers.length === 0) return <p class="hint groups-said">{TEXTS.values.noConsumers}</p>;
  return (
    <ul class="consumers" aria-label={TEXTS.values.consumersOf(nameOf(group))}>
      {consumers.map((consumer) => (
        <li key={consumer.name}>
          <Bytes bytes={toBytes(consumer.name)} />
          <span class="hint">{TEXTS.values.consumerSaid(consumer.pending, consumer.idleMs)}</span>
          {mayWrite && (
            <IconButton
              icon="trash"
              label={TEXTS.values.removeOf(nameOf(consumer.name))}
              onClick={() => remove(consumer)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

const ask = (title: string, text: string, act: () => Promise<void>): void =>
  confirm({ title, text, verb: TEXTS.values.remove, act });
