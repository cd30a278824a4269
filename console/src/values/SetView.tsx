/** A set: its members, found by a pattern. */
import { useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import { fromBytes, toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty } from "../ui/controls.tsx";
import { confirm } from "../ui/dialog.tsx";
import { Bytes } from "./Bytes.tsx";
import { CheckedEdits } from "./checked-edits.ts";
import { EditDialog } from "./EditDialog.tsx";
import { memberPlace } from "./places.ts";
import { ScanTools } from "./ScanTools.tsx";
import { Table } from "./Table.tsx";
import type { Row } from "./Table.tsx";
import { useScan } from "./use-scan.ts";
import type { ValueProps } from "./ValueView.tsx";
import { nameOf } from "./visible.ts";

/** The member that is opened; undefined for a new one. */
interface Task {
  readonly member: ByteString | undefined;
}

export function SetView({ keyName, version, onChanged }: ValueProps) {
  const { client, rights } = theSession();
  const { scan, total, setPattern } = useScan("SSCAN", keyName, version);
  const [task, setTask] = useState<Task>();
  const remove = (member: ByteString): void =>
    confirm({
      title: TEXTS.values.removeMember,
      text: TEXTS.values.removeMemberText(nameOf(member)),
      verb: TEXTS.values.remove,
      act: async () => {
        await client.send(["SREM", keyName, member]);
        scan.remove(member);
        onChanged?.();
      },
    });
  const row = (index: number): Row | undefined => {
    const name = scan.elements[index]?.name;
    if (name === undefined) return undefined;
    const trash = { icon: "trash" as const, label: TEXTS.values.removeOf(nameOf(name)), run: () => remove(name) };
    return {
      cells: [<Bytes bytes={toBytes(name)} />],
      open: () => setTask({ member: name }),
      actions: rights.mayWrite ? [trash] : [],
    };
  };
  return (
    <>
      <ScanTools scan={scan} total={total} what={TEXTS.values.members} onPattern={setPattern}>
        {rights.mayWrite && (
          <Button icon="plus" onClick={() => setTask({ member: undefined })}>
            {TEXTS.values.addMember}
          </Button>
        )}
      </ScanTools>
      {scan.elements.length === 0 && scan.state.value === "complete" ? (
        <Empty>{TEXTS.values.noMembers}</Empty>
      ) : (
        <Table
          label={TEXTS.values.membersTitle}
          kind="set"
          titles={[TEXTS.values.member]}
          count={scan.elements.length}
          row={row}
        />
      )}
      {task !== undefined && (
        <MemberDialog
          {...{ task, keyName, mayWrite: rights.mayWrite }}
          onDone={(added, removed) => {
            setTask(undefined);
            if (removed !== undefined) scan.remove(removed);
            if (added !== undefined) scan.change(added, new Uint8Array());
            onChanged?.();
          }}
          onClose={() => setTask(undefined)}
        />
      )}
    </>
  );
}

interface MemberDialogProps {
  readonly task: Task;
  readonly keyName: ByteString;
  readonly mayWrite: boolean;
  readonly onDone: (added: ByteString | undefined, removed: ByteString | undefined) => void;
  readonly onClose: () => void;
}

function MemberDialog({ task: { member }, keyName, mayWrite, onDone, onClose }: MemberDialogProps) {
  const { client } = theSession();
  const old = member === undefined ? undefined : toBytes(member);
  return (
    <EditDialog
      title={member === undefined ? TEXTS.values.addMember : TEXTS.values.member}
      verb={member === undefined ? TEXTS.values.add : TEXTS.values.save}
      isReadOnly={!mayWrite}
      fields={[{ kind: "bytes", label: TEXTS.values.member, value: old ?? new Uint8Array() }]}
      base={old}
      save={async ([next], base) => {
        if (member !== undefined && base !== undefined) {
          return new CheckedEdits(client, keyName).save(memberPlace(keyName, member), base, next!);
        }
        if (numberOf(await client.send(["SADD", keyName, next!])) === 0) throw new Error(TEXTS.values.memberExists);
        return undefined;
      }}
      onDone={([next]) => onDone(fromBytes(next!), member)}
      onTaken={() => onDone(undefined, member)}
      onClose={onClose}
    />
  );
}
