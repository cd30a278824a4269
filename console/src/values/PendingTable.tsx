/** The entries of a group that were delivered and not acknowledged. */
import { useEffect, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { toBytes } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Empty, Problem } from "../ui/controls.tsx";
import { confirm } from "../ui/dialog.tsx";
import { complain, say } from "../ui/toasts.tsx";
import { Bytes } from "./Bytes.tsx";
import { GroupDialog } from "./GroupDialog.tsx";
import { PENDING_PAGE, readPending } from "./stream-groups.ts";
import type { Pending } from "./stream-groups.ts";
import { Table } from "./Table.tsx";
import type { Row } from "./Table.tsx";

interface PendingTableProps {
  readonly keyName: ByteString;
  readonly group: ByteString;
  readonly version: number;
  readonly changed: () => void;
}

export function PendingTable({ keyName, group, version, changed }: PendingTableProps) {
  const { client, rights } = theSession();
  const [claimed, setClaimed] = useState<Pending>();
  const { pending, isComplete, problem, more } = usePending(keyName, group, version);
  const acknowledge = ({ id }: Pending): void =>
    void run(["XACK", keyName, group, id], TEXTS.values.acknowledged(id)).catch((error: unknown) =>
      complain(explain(error)),
    );
  const remove = ({ id }: Pending): void =>
    confirm({
      title: TEXTS.values.removeEntry,
      text: TEXTS.values.removePendingText(id),
      verb: TEXTS.values.remove,
      act: async () => {
        await client.send(["XDEL", keyName, id]);
        await run(["XACK", keyName, group, id], TEXTS.values.acknowledged(id));
      },
    });
  const run = async (words: readonly Word[], text: string): Promise<void> => {
    await client.send(words);
    say(text);
    changed();
  };
  const row = (index: number): Row | undefined => {
    const entry = pending[index];
    if (entry === undefined) void more();
    return entry && pendingRow(entry, rights.mayWrite, { acknowledge, remove, setClaimed });
  };
  if (problem !== undefined) return <Problem text={problem} />;
  if (pending.length === 0 && isComplete) return <Empty>{TEXTS.values.noPending}</Empty>;
  return (
    <>
      <Table
        label={TEXTS.values.pendingTitle}
        kind="pending"
        titles={TEXTS.values.pendingColumns}
        count={pending.length + (isComplete ? 0 : 1)}
        row={row}
      />
      {claimed !== undefined && (
        <GroupDialog
          task={{ kind: "claim", group, id: claimed.id, consumer: claimed.consumer }}
          keyName={keyName}
          onDone={() => {
            setClaimed(undefined);
            changed();
          }}
          onClose={() => setClaimed(undefined)}
        />
      )}
    </>
  );
}

interface PendingActions {
  readonly acknowledge: (entry: Pending) => void;
  readonly remove: (entry: Pending) => void;
  readonly setClaimed: (entry: Pending) => void;
}

function pendingRow(entry: Pending, mayWrite: boolean, actions: PendingActions): Row {
  const { id, consumer, idleMs, deliveries } = entry;
  return {
    cells: [
      <span class="mono">{id}</span>,
      <Bytes bytes={toBytes(consumer)} />,
      TEXTS.values.idle(idleMs),
      TEXTS.values.deliveries(deliveries),
    ],
    actions: mayWrite
      ? [
          { icon: "check", label: TEXTS.values.acknowledgeOf(id), run: () => actions.acknowledge(entry) },
          { icon: "edit", label: TEXTS.values.claimOf(id), run: () => actions.setClaimed(entry) },
          { icon: "trash", label: TEXTS.values.removeOf(id), run: () => actions.remove(entry) },
        ]
      : [],
  };
}

function usePending(keyName: ByteString, group: ByteString, version: number) {
  const { client } = theSession();
  const [pending, setPending] = useState<readonly Pending[]>([]);
  const [isComplete, setComplete] = useState(false);
  const [isReading, setReading] = useState(false);
  const [problem, setProblem] = useState<string>();
  const read = async (known: readonly Pending[]): Promise<void> => {
    setReading(true);
    try {
      const found = await readPending(client, keyName, group, known.at(-1)?.id);
      setPending([...known, ...found]);
      setComplete(found.length < PENDING_PAGE);
      setProblem(undefined);
    } catch (error) {
      setProblem(explain(error));
    }
    setReading(false);
  };
  useEffect(() => void read([]), [client, keyName, group, version]);
  const more = async (): Promise<void> => {
    if (!isReading && !isComplete && pending.length > 0) await read(pending);
  };
  return { pending, isComplete, problem, more };
}
