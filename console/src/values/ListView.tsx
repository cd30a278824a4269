/** A list: elements by their index, read where they are in sight. */
import { useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import type { ByteString } from "../client/bytes.ts";
import { bytesOf, itemsOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, IconButton, Problem } from "../ui/controls.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { complain } from "../ui/toasts.tsx";
import { Bytes } from "./Bytes.tsx";
import { CheckedEdits } from "./checked-edits.ts";
import { JumpInput } from "./JumpInput.tsx";
import { ListDialog } from "./ListDialog.tsx";
import type { ListTask } from "./ListDialog.tsx";
import { removalPlace } from "./places.ts";
import { sayOutcome } from "./EditDialog.tsx";
import { elementOf } from "./scan.ts";
import { Table } from "./Table.tsx";
import type { Row } from "./Table.tsx";
import { useWindows } from "./use-windows.ts";
import type { ValueProps } from "./ValueView.tsx";

/** An element as the person saw it, whole. */
interface Opened {
  readonly index: number;
  readonly value: Uint8Array;
}

const queryOf = (keyName: ByteString) => ({
  counting: ["LLEN", keyName],
  reading: (from: number, count: number) => ["LRANGE", keyName, `${from}`, `${from + count - 1}`],
  items: (reply: Reply) => itemsOf(reply).map((item) => elementOf("", bytesOf(item)!)),
});

export function ListView({ keyName, version, onChanged }: ValueProps) {
  const { client, rights } = theSession();
  const { count, get, refresh, problem } = useWindows(keyName, version, queryOf(keyName), []);
  const [task, setTask] = useState<ListTask>();
  const [menu, setMenu] = useState<Opened>();
  const [shown, setShown] = useState<number>();
  const changed = (): void => {
    setTask(undefined);
    setMenu(undefined);
    refresh();
    onChanged?.();
  };
  const open = async (index: number, then: (opened: Opened) => void): Promise<void> => {
    try {
      const value = bytesOf(await client.send(["LINDEX", keyName, `${index}`]));
      if (value === undefined) throw new Error(TEXTS.values.elementGone);
      then({ index, value: value.slice() });
    } catch (error) {
      complain(explain(error));
    }
  };
  const row = (index: number): Row | undefined => {
    const element = get(index);
    if (element === undefined) return undefined;
    const more = { icon: "more" as const, label: TEXTS.values.moreFor(index), run: () => void open(index, setMenu) };
    return {
      cells: [<span class="mono">{index}</span>, <Bytes bytes={element.value} length={element.length} />],
      open: () => void open(index, ({ value }) => setTask({ kind: "edit", index, value })),
      actions: rights.mayWrite ? [more] : [],
    };
  };
  return (
    <>
      <div class="value-tools">
        <span class="hint">{count === undefined ? TEXTS.app.loading : TEXTS.values.elements(count)}</span>
        <JumpInput label={TEXTS.values.goToIndex} max={(count ?? 0) - 1} onJump={setShown} />
        <IconButton icon="refresh" label={TEXTS.app.refresh} onClick={refresh} />
        <span class="grow" />
        {rights.mayWrite && <PushButtons setTask={setTask} />}
      </div>
      {problem !== undefined && <Problem text={problem} />}
      {count === 0 ? (
        <Empty>{TEXTS.values.noElements}</Empty>
      ) : (
        <Table
          label={TEXTS.values.elementsTitle}
          kind="list"
          titles={[TEXTS.values.index, TEXTS.values.element]}
          count={count ?? 0}
          row={row}
          shown={shown}
        />
      )}
      {menu !== undefined && (
        <ElementMenu {...{ menu, keyName, changed, setTask }} onClose={() => setMenu(undefined)} />
      )}
      {task !== undefined && (
        <ListDialog
          {...{ task, keyName, mayWrite: rights.mayWrite }}
          onDone={changed}
          onClose={() => setTask(undefined)}
        />
      )}
    </>
  );
}

function PushButtons({ setTask }: { readonly setTask: (task: ListTask) => void }) {
  return (
    <>
      <Button icon="plus" onClick={() => setTask({ kind: "push", where: "LPUSH" })}>
        {TEXTS.values.pushFirst}
      </Button>
      <Button icon="plus" onClick={() => setTask({ kind: "push", where: "RPUSH" })}>
        {TEXTS.values.pushLast}
      </Button>
    </>
  );
}

interface ElementMenuProps {
  readonly menu: Opened;
  readonly keyName: string;
  readonly changed: () => void;
  readonly setTask: (task: ListTask) => void;
  readonly onClose: () => void;
}

/** What can be done with an element besides editing it. */
function ElementMenu({ menu, keyName, changed, setTask, onClose }: ElementMenuProps) {
  const { client } = theSession();
  const [problem, setProblem] = useState<string>();
  const { index, value } = menu;
  const choose = (task: ListTask): void => {
    onClose();
    setTask(task);
  };
  const remove = async (): Promise<void> => {
    try {
      const edits = new CheckedEdits(client, keyName);
      const outcome = await edits.save(removalPlace(keyName, index), value, new Uint8Array());
      if (outcome.kind === "conflict") throw new Error(TEXTS.values.elementMoved);
      sayOutcome(outcome);
      changed();
    } catch (error) {
      setProblem(explain(error));
    }
  };
  return (
    <Dialog title={TEXTS.values.elementAt(index)} onClose={onClose}>
      <div class="menu">
        <p class="menu-value">
          <Bytes bytes={value} />
        </p>
        {problem !== undefined && <Problem text={problem} />}
        <Button icon="plus" onClick={() => choose({ kind: "insert", index, value, where: "BEFORE" })}>
          {TEXTS.values.insertBefore}
        </Button>
        <Button icon="plus" onClick={() => choose({ kind: "insert", index, value, where: "AFTER" })}>
          {TEXTS.values.insertAfter}
        </Button>
        <Button icon="chevron" onClick={() => choose({ kind: "move", index, value })}>
          {TEXTS.values.move}
        </Button>
        <Button icon="trash" look="danger" onClick={() => void remove()}>
          {TEXTS.values.remove}
        </Button>
      </div>
    </Dialog>
  );
}
