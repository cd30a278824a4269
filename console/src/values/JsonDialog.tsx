/** The dialogs of a JSON document: edit a value, add a member or an element, rename a member. */
import { theSession } from "../app/session.ts";
import { asText, encodeText, fromBytes, fromText, toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { CheckedEdits } from "./checked-edits.ts";
import type { Outcome } from "./checked-edits.ts";
import { EditDialog } from "./EditDialog.tsx";
import type { EditField } from "./EditDialog.tsx";
import { memberPath } from "./json-tree.ts";
import type { JsonNode } from "./json-tree.ts";
import { jsonNamePlace, jsonPlace } from "./places.ts";

export type JsonTask =
  | { readonly kind: "edit" | "rename"; readonly node: JsonNode; readonly value: Uint8Array }
  | { readonly kind: "add"; readonly node: JsonNode };

interface JsonDialogProps {
  readonly task: JsonTask;
  readonly keyName: ByteString;
  readonly mayWrite: boolean;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const valueField = (value: Uint8Array): EditField => ({
  kind: "bytes",
  label: TEXTS.values.value,
  value,
  first: "json",
  only: "json",
});

export function JsonDialog({ task, keyName, mayWrite, onDone, onClose }: JsonDialogProps) {
  const { client } = theSession();
  const edits = new CheckedEdits(client, keyName);
  const { node } = task;
  const dialog = { onDone, onTaken: onDone, onClose, isReadOnly: !mayWrite };
  if (task.kind === "add") return <AddDialog {...{ node, keyName, onDone, onClose }} />;
  if (task.kind === "edit") {
    return (
      <EditDialog
        {...dialog}
        title={TEXTS.values.editJson}
        verb={TEXTS.values.save}
        fields={[valueField(task.value)]}
        base={task.value}
        save={([next], base) => edits.save(jsonPlace(keyName, node.path), base, next!)}
      />
    );
  }
  return (
    <EditDialog
      {...dialog}
      title={TEXTS.values.renameMember}
      verb={TEXTS.values.rename}
      fields={[
        {
          kind: "name",
          label: TEXTS.values.name,
          value: encodeText(`${node.name}`),
          hint: TEXTS.values.renameMemberHint,
        },
      ]}
      base={task.value}
      save={async ([name], base): Promise<Outcome> => {
        const path = memberPath(node.parent!.path, nameIn(name!));
        return edits.save(jsonNamePlace(keyName, node.path), base, toBytes(path));
      }}
    />
  );
}

function AddDialog({
  node,
  keyName,
  onDone,
  onClose,
}: Omit<JsonDialogProps, "task" | "mayWrite"> & { node: JsonNode }) {
  const { client } = theSession();
  const isObject = node.kind === "object";
  const first: EditField = isObject
    ? { kind: "name", label: TEXTS.values.name, value: new Uint8Array() }
    : {
        kind: "word",
        label: TEXTS.values.index,
        value: toBytes(fromText(`${node.size}`)),
        hint: TEXTS.values.arrayIndexHint,
      };
  return (
    <EditDialog
      title={isObject ? TEXTS.values.addMember : TEXTS.values.addElement}
      verb={TEXTS.values.add}
      fields={[first, valueField(encodeText('""'))]}
      save={async ([at, value]) => {
        if (isObject) {
          const path = memberPath(node.path, nameIn(at!));
          const reply = await client.send(["JSON.SET", keyName, path, value!, "NX"]);
          if (reply.kind === "null") throw new Error(TEXTS.values.memberNameExists);
        } else {
          const index = fromBytes(at!);
          if (!/^-?\d{1,15}$/.test(index)) throw new Error(TEXTS.values.noIndex);
          await client.send(["JSON.ARRINSERT", keyName, node.path, index, value!]);
        }
        return undefined;
      }}
      onDone={onDone}
      onClose={onClose}
    />
  );
}

/** A name that was typed. Names are text in JSON. */
function nameIn(bytes: Uint8Array): string {
  const text = asText(bytes);
  if (text === undefined) throw new Error(TEXTS.values.noText);
  return text;
}
