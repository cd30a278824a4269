/** The dialogs of a hash: add, edit, rename, and when a field expires. */
import { theSession } from "../app/session.ts";
import { fromBytes, fromText, toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { CheckedEdits } from "./checked-edits.ts";
import { EditDialog } from "./EditDialog.tsx";
import { fieldNamePlace, fieldPlace } from "./places.ts";
import { secondsOf } from "./remaining.ts";
import type { Element } from "./scan.ts";
import { nameOf } from "./visible.ts";

/** What a dialog does. */
export type FieldTask =
  | { readonly kind: "add" }
  | { readonly kind: "edit"; readonly field: ByteString; readonly value: Uint8Array }
  | { readonly kind: "rename"; readonly field: ByteString; readonly value: Uint8Array }
  | { readonly kind: "expire"; readonly field: ByteString; readonly at: number | undefined };

interface FieldDialogProps {
  readonly task: FieldTask;
  readonly keyName: ByteString;
  readonly mayWrite: boolean;
  readonly onDone: (changed?: Pick<Element, "name" | "value">, removed?: ByteString) => void;
  readonly onClose: () => void;
}

export function FieldDialog({ task, keyName, mayWrite, onDone, onClose }: FieldDialogProps) {
  const { client } = theSession();
  const edits = new CheckedEdits(client, keyName);
  if (task.kind === "add") {
    return (
      <EditDialog
        title={TEXTS.values.addField}
        verb={TEXTS.values.add}
        fields={[
          { kind: "name", label: TEXTS.values.field, value: new Uint8Array() },
          { kind: "bytes", label: TEXTS.values.value, value: new Uint8Array() },
        ]}
        save={([field, value], base) => edits.save(fieldPlace(keyName, fromBytes(field!)), base, value!)}
        onDone={([field, value]) => onDone({ name: fromBytes(field!), value: value! })}
        onTaken={() => onDone()}
        onClose={onClose}
      />
    );
  }
  if (task.kind === "expire") return <ExpireDialog {...{ task, keyName, onDone, onClose }} />;
  const { kind, field, value } = task;
  const isRename = kind === "rename";
  return (
    <EditDialog
      title={isRename ? TEXTS.values.renameField : nameOf(field)}
      verb={isRename ? TEXTS.values.rename : TEXTS.values.save}
      isReadOnly={!mayWrite}
      fields={[
        isRename
          ? { kind: "name", label: TEXTS.values.field, value: toBytes(field) }
          : { kind: "bytes", label: TEXTS.values.value, value },
      ]}
      base={value}
      save={([next], base) => edits.save((isRename ? fieldNamePlace : fieldPlace)(keyName, field), base, next!)}
      onDone={([next]) =>
        isRename ? onDone({ name: fromBytes(next!), value }, field) : onDone({ name: field, value: next! })
      }
      onTaken={(theirs) => (theirs === undefined ? onDone(undefined, field) : onDone({ name: field, value: theirs }))}
      onClose={onClose}
    />
  );
}

interface ExpireDialogProps extends Omit<FieldDialogProps, "task" | "mayWrite"> {
  readonly task: Extract<FieldTask, { kind: "expire" }>;
}

function ExpireDialog({ task: { field, at }, keyName, onDone, onClose }: ExpireDialogProps) {
  const { client } = theSession();
  const left = at === undefined ? "" : `${Math.max(1, Math.round((at - Date.now()) / 1000))}`;
  return (
    <EditDialog
      title={TEXTS.values.expireField}
      verb={TEXTS.values.save}
      fields={[
        { kind: "word", label: TEXTS.values.seconds, value: toBytes(fromText(left)), hint: TEXTS.values.secondsHint },
      ]}
      save={async ([typed]) => {
        const seconds = secondsOf(fromBytes(typed!));
        const words = seconds === undefined ? ["HPERSIST", keyName] : ["HEXPIRE", keyName, `${seconds}`];
        const [done] = itemsOf(await client.send([...words, "FIELDS", "1", field]));
        if (numberOf(done!) === -2) throw new Error(TEXTS.values.fieldGone);
        return undefined;
      }}
      onDone={() => onDone()}
      onClose={onClose}
    />
  );
}
