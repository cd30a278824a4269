/** The dialogs of a list: edit, push, insert, move. Each compares the element that it begins from. */
import { theSession } from "../app/session.ts";
import { fromBytes, fromText, toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { CheckedEdits } from "./checked-edits.ts";
import type { Outcome } from "./checked-edits.ts";
import { EditDialog } from "./EditDialog.tsx";
import type { EditField } from "./EditDialog.tsx";
import { elementPlace, insertPlace, movePlace } from "./places.ts";

export type ListTask =
  | { readonly kind: "push"; readonly where: "LPUSH" | "RPUSH" }
  | { readonly kind: "edit"; readonly index: number; readonly value: Uint8Array }
  | { readonly kind: "move"; readonly index: number; readonly value: Uint8Array }
  | {
      readonly kind: "insert";
      readonly index: number;
      readonly value: Uint8Array;
      readonly where: "BEFORE" | "AFTER";
    };

interface ListDialogProps {
  readonly task: ListTask;
  readonly keyName: ByteString;
  readonly mayWrite: boolean;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function ListDialog({ task, keyName, mayWrite, onDone, onClose }: ListDialogProps) {
  const { client } = theSession();
  const edits = new CheckedEdits(client, keyName);
  const { title, verb } = nameOfTask(task);
  const save = async ([next]: readonly Uint8Array[], base: Uint8Array | undefined): Promise<Outcome | undefined> => {
    if (task.kind === "push") {
      await client.send([task.where, keyName, next!]);
      return undefined;
    }
    if (task.kind === "edit") return edits.save(elementPlace(keyName, task.index), base, next!);
    if (task.kind === "insert") return edits.save(insertPlace(keyName, task.index, task.where), base, next!);
    if (!/^\d{1,15}$/.test(fromBytes(next!))) throw new Error(TEXTS.values.noIndex);
    return edits.save(movePlace(keyName, task.index), base, next!);
  };
  return (
    <EditDialog
      title={title}
      verb={verb}
      isReadOnly={!mayWrite}
      fields={[fieldOf(task)]}
      base={task.kind === "push" ? undefined : task.value}
      save={save}
      onDone={onDone}
      onTaken={onDone}
      onClose={onClose}
    />
  );
}

function nameOfTask(task: ListTask): { title: string; verb: string } {
  switch (task.kind) {
    case "push":
      return { title: task.where === "LPUSH" ? TEXTS.values.pushFirst : TEXTS.values.pushLast, verb: TEXTS.values.add };
    case "edit":
      return { title: TEXTS.values.elementAt(task.index), verb: TEXTS.values.save };
    case "insert":
      return {
        title: task.where === "BEFORE" ? TEXTS.values.insertBefore : TEXTS.values.insertAfter,
        verb: TEXTS.values.add,
      };
    case "move":
      return { title: TEXTS.values.move, verb: TEXTS.values.moveVerb };
  }
}

function fieldOf(task: ListTask): EditField {
  if (task.kind === "move") {
    return { kind: "word", label: TEXTS.values.newIndex, value: toBytes(fromText(`${task.index}`)) };
  }
  return {
    kind: "bytes",
    label: TEXTS.values.element,
    value: task.kind === "edit" ? task.value : new Uint8Array(),
  };
}
