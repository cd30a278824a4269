/** A hash: its fields, their values and when they expire. */
import { signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useMemo, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { bytesOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty } from "../ui/controls.tsx";
import { confirm } from "../ui/dialog.tsx";
import { complain } from "../ui/toasts.tsx";
import { Bytes } from "./Bytes.tsx";
import { readDeadlines } from "./field-deadlines.ts";
import { FieldDialog } from "./FieldDialog.tsx";
import type { FieldTask } from "./FieldDialog.tsx";
import { remainingText } from "./remaining.ts";
import type { Element } from "./scan.ts";
import { ScanTools } from "./ScanTools.tsx";
import { Table } from "./Table.tsx";
import type { Row } from "./Table.tsx";
import { useScan } from "./use-scan.ts";
import type { ValueProps } from "./ValueView.tsx";
import { nameOf } from "./visible.ts";

export function HashView({ keyName, version, onChanged }: ValueProps) {
  const { client, rights } = theSession();
  const deadlines = useDeadlines(keyName, version);
  const { scan, total, setPattern } = useScan("HSCAN", keyName, version, deadlines.read);
  const [task, setTask] = useState<FieldTask>();
  const open = async (kind: "edit" | "rename", field: ByteString): Promise<void> => {
    try {
      const value = bytesOf(await client.send(["HGET", keyName, field]));
      if (value === undefined) throw new Error(TEXTS.values.fieldGone);
      setTask({ kind, field, value: value.slice() });
    } catch (error) {
      complain(explain(error));
    }
  };
  const remove = (field: ByteString): void =>
    confirm({
      title: TEXTS.values.removeField,
      text: TEXTS.values.removeFieldText(nameOf(field)),
      verb: TEXTS.values.remove,
      act: async () => {
        await client.send(["HDEL", keyName, field]);
        scan.remove(field);
        onChanged?.();
      },
    });
  const onDone = (changed?: Pick<Element, "name" | "value">, removed?: ByteString): void => {
    setTask(undefined);
    if (removed !== undefined) scan.remove(removed);
    if (changed !== undefined) {
      scan.change(changed.name, changed.value);
      deadlines.read([changed]);
    }
    onChanged?.();
  };
  const row = (index: number): Row | undefined => {
    const element = scan.elements[index];
    return element && fieldRow(element, deadlines.known, rights.mayWrite, { open, remove, setTask });
  };
  return (
    <>
      <ScanTools scan={scan} total={total} what={TEXTS.values.fields} onPattern={setPattern}>
        {rights.mayWrite && (
          <Button icon="plus" onClick={() => setTask({ kind: "add" })}>
            {TEXTS.values.addField}
          </Button>
        )}
      </ScanTools>
      {scan.elements.length === 0 && scan.state.value === "complete" ? (
        <Empty>{TEXTS.values.noFields}</Empty>
      ) : (
        <Table
          label={TEXTS.values.fieldsTitle}
          kind="hash"
          titles={[TEXTS.values.field, TEXTS.values.value, TEXTS.values.ttl]}
          count={scan.elements.length}
          row={row}
        />
      )}
      {task !== undefined && (
        <FieldDialog {...{ task, keyName, mayWrite: rights.mayWrite, onDone }} onClose={() => setTask(undefined)} />
      )}
    </>
  );
}

interface FieldActions {
  readonly open: (kind: "edit" | "rename", field: ByteString) => Promise<void>;
  readonly remove: (field: ByteString) => void;
  readonly setTask: (task: FieldTask) => void;
}

type Deadlines = Signal<ReadonlyMap<ByteString, number> | undefined>;

function fieldRow(element: Element, known: Deadlines, mayWrite: boolean, actions: FieldActions): Row {
  const { name, value, length } = element;
  const line = nameOf(name);
  const at = known.value?.get(name);
  const expire = {
    icon: "clock" as const,
    label: TEXTS.values.expireOf(line),
    run: () => actions.setTask({ kind: "expire", field: name, at }),
  };
  return {
    cells: [<Bytes bytes={toBytes(name)} />, <Bytes bytes={value} length={length} />, remainingText(at)],
    open: () => void actions.open("edit", name),
    actions: mayWrite
      ? [
          { icon: "edit", label: TEXTS.values.renameOf(line), run: () => void actions.open("rename", name) },
          ...(known.value === undefined ? [] : [expire]),
          { icon: "trash", label: TEXTS.values.removeOf(line), run: () => actions.remove(name) },
        ]
      : [],
  };
}

/** The deadlines of the fields that were read. */
function useDeadlines(keyName: ByteString, version: number) {
  const { client } = theSession();
  return useMemo(() => {
    const known = signal<ReadonlyMap<ByteString, number> | undefined>(new Map());
    const read = (added: readonly { readonly name: ByteString }[]): void => {
      if (known.value === undefined) return;
      const names = added.map(({ name }) => name);
      readDeadlines(client, keyName, names).then(
        (found) => {
          if (found === undefined || known.value === undefined) known.value = undefined;
          else if (found.size > 0 || names.some((name) => known.value!.has(name))) {
            const next = new Map(known.value);
            for (const name of names) next.delete(name);
            for (const [name, at] of found) next.set(name, at);
            known.value = next;
          }
        },
        () => {},
      );
    };
    return { known, read };
  }, [client, keyName, version]);
}
