/** The dialogs of a stream's groups: create one, set from where it reads, claim a pending entry. */
import { theSession } from "../app/session.ts";
import { fromBytes, fromText, toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { EditDialog } from "./EditDialog.tsx";
import type { EditField } from "./EditDialog.tsx";
import { nameOf } from "./visible.ts";

export type GroupTask =
  | { readonly kind: "create" }
  | { readonly kind: "set-id"; readonly group: ByteString; readonly lastId: string }
  | { readonly kind: "claim"; readonly group: ByteString; readonly id: string; readonly consumer: ByteString };

interface GroupDialogProps {
  readonly task: GroupTask;
  readonly keyName: ByteString;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const word = (label: string, value: string, hint: string): EditField => ({
  kind: "word",
  label,
  value: toBytes(fromText(value)),
  hint,
});

export function GroupDialog({ task, keyName, onDone, onClose }: GroupDialogProps) {
  const { client } = theSession();
  const dialog = { onDone, onClose };
  if (task.kind === "create") {
    return (
      <EditDialog
        {...dialog}
        title={TEXTS.values.addGroup}
        verb={TEXTS.values.add}
        fields={[
          { kind: "name", label: TEXTS.values.group, value: new Uint8Array() },
          word(TEXTS.values.startId, "$", TEXTS.values.startIdHint),
        ]}
        save={async ([name, id]) => {
          await client.send(["XGROUP", "CREATE", keyName, name!, fromBytes(id!) || "$"]);
          return undefined;
        }}
      />
    );
  }
  if (task.kind === "set-id") {
    return (
      <EditDialog
        {...dialog}
        title={TEXTS.values.setIdOf(nameOf(task.group))}
        verb={TEXTS.values.save}
        fields={[word(TEXTS.values.lastId, task.lastId, TEXTS.values.startIdHint)]}
        save={async ([id]) => {
          await client.send(["XGROUP", "SETID", keyName, task.group, fromBytes(id!)]);
          return undefined;
        }}
      />
    );
  }
  return (
    <EditDialog
      {...dialog}
      title={TEXTS.values.claimOf(task.id)}
      verb={TEXTS.values.claim}
      fields={[
        { kind: "name", label: TEXTS.values.consumer, value: toBytes(task.consumer), hint: TEXTS.values.claimHint },
      ]}
      save={async ([consumer]) => {
        const words = ["XCLAIM", keyName, task.group, consumer!, "0", task.id, "JUSTID"];
        if (itemsOf(await client.send(words)).length === 0) throw new Error(TEXTS.values.notPending);
        return undefined;
      }}
    />
  );
}
