/** The dialogs of a stream's entries: show one, add one, trim. */
import { useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import { fromBytes, fromText, toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "../ui/controls.tsx";
import { say } from "../ui/toasts.tsx";
import { EditDialog } from "./EditDialog.tsx";
import type { EditField } from "./EditDialog.tsx";
import type { Entry } from "./stream-entries.ts";
import { lineOf } from "./visible.ts";

export type EntryTask =
  | { readonly kind: "show"; readonly entry: Entry }
  | { readonly kind: "add" }
  | { readonly kind: "trim" };

interface EntryDialogProps {
  readonly task: EntryTask;
  readonly keyName: ByteString;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Fields of an entry that its dialog shows. */
const FIELDS_SHOWN = 100;

export function EntryDialog(props: EntryDialogProps) {
  const { task, onClose } = props;
  if (task.kind === "add") return <AddDialog {...props} />;
  if (task.kind === "trim") return <TrimDialog {...props} />;
  const { id, fields } = task.entry;
  return (
    <EditDialog
      title={id}
      verb=""
      isReadOnly
      fields={fields.slice(0, FIELDS_SHOWN).map(([name, value]): EditField => {
        return { kind: "bytes", label: lineOf(name.subarray(0, 200)), value, isLow: true };
      })}
      save={async () => undefined}
      onDone={onClose}
      onClose={onClose}
    />
  );
}

function AddDialog({ keyName, onDone, onClose }: EntryDialogProps) {
  const { client } = theSession();
  const [pairs, setPairs] = useState(1);
  const fields: EditField[] = [
    { kind: "word", label: TEXTS.values.id, value: toBytes(fromText("*")), hint: TEXTS.values.newIdHint },
  ];
  for (let i = 1; i <= pairs; i++) {
    fields.push({ kind: "name", label: TEXTS.values.fieldNumber(i), value: new Uint8Array() });
    fields.push({ kind: "bytes", label: TEXTS.values.valueNumber(i), value: new Uint8Array(), isLow: true });
  }
  return (
    <EditDialog
      title={TEXTS.values.addEntry}
      verb={TEXTS.values.add}
      fields={fields}
      save={async ([id, ...words]) => {
        await client.send(["XADD", keyName, fromBytes(id!) || "*", ...words]);
        return undefined;
      }}
      onDone={onDone}
      onClose={onClose}
    >
      <Button icon="plus" onClick={() => setPairs(pairs + 1)}>
        {TEXTS.values.moreFields}
      </Button>
    </EditDialog>
  );
}

function TrimDialog({ keyName, onDone, onClose }: EntryDialogProps) {
  const { client } = theSession();
  return (
    <EditDialog
      title={TEXTS.values.trim}
      verb={TEXTS.values.trimVerb}
      fields={[
        { kind: "word", label: TEXTS.values.keepNewest, value: toBytes(fromText("1000")), hint: TEXTS.values.trimHint },
      ]}
      save={async ([count]) => {
        const text = fromBytes(count!);
        if (!/^\d{1,15}$/.test(text)) throw new Error(TEXTS.values.noCount);
        const removed = numberOf(await client.send(["XTRIM", keyName, "MAXLEN", "=", text]));
        say(TEXTS.values.trimmed(removed));
        return undefined;
      }}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
