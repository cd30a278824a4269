/** The dialogs of a sorted set: add a member, change its score, rename it. */
import { theSession } from "../app/session.ts";
import { fromBytes, fromText, toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { CheckedEdits } from "./checked-edits.ts";
import { EditDialog } from "./EditDialog.tsx";
import { rankedNamePlace, scorePlace } from "./places.ts";
import { nameOf } from "./visible.ts";

export type RankedTask =
  | { readonly kind: "add" }
  | { readonly kind: "score" | "rename"; readonly member: ByteString; readonly score: string };

interface RankedDialogProps {
  readonly task: RankedTask;
  readonly keyName: ByteString;
  readonly mayWrite: boolean;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const bytes = (text: string): Uint8Array => toBytes(fromText(text));

export function RankedDialog({ task, keyName, mayWrite, onDone, onClose }: RankedDialogProps) {
  const { client } = theSession();
  if (task.kind === "add") {
    return (
      <EditDialog
        title={TEXTS.values.addMember}
        verb={TEXTS.values.add}
        fields={[
          { kind: "word", label: TEXTS.values.score, value: bytes("0"), hint: TEXTS.values.scoreValueHint },
          { kind: "bytes", label: TEXTS.values.member, value: new Uint8Array() },
        ]}
        save={async ([score, member]) => {
          const reply = await client.send(["ZADD", keyName, "NX", scoreOf(score!), member!]);
          if (numberOf(reply) === 0) throw new Error(TEXTS.values.memberExists);
          return undefined;
        }}
        onDone={onDone}
        onClose={onClose}
      />
    );
  }
  const { kind, member, score } = task;
  const edits = new CheckedEdits(client, keyName);
  const isRename = kind === "rename";
  return (
    <EditDialog
      title={isRename ? TEXTS.values.renameOf(nameOf(member)) : nameOf(member)}
      verb={isRename ? TEXTS.values.rename : TEXTS.values.save}
      isReadOnly={!mayWrite}
      fields={[
        isRename
          ? { kind: "bytes", label: TEXTS.values.member, value: toBytes(member) }
          : { kind: "word", label: TEXTS.values.score, value: bytes(score), hint: TEXTS.values.scoreValueHint },
      ]}
      base={bytes(score)}
      save={async ([next], base) =>
        isRename
          ? edits.save(rankedNamePlace(keyName, member), base, next!)
          : edits.save(scorePlace(keyName, member), base, bytes(scoreOf(next!)))
      }
      onDone={onDone}
      onTaken={onDone}
      onClose={onClose}
    />
  );
}

/** A score as it was typed. Throws an Error for what is no number. */
function scoreOf(typed: Uint8Array): string {
  const text = fromBytes(typed).trim();
  const isNumber = /^[+-]?(?:inf|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i.test(text);
  if (!isNumber) throw new Error(TEXTS.values.noScore);
  return text;
}
