/** The tree of a JSON document, and the values of a path. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { encodeText, fromText } from "../client/bytes.ts";
import { bytesOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Empty, IconButton, Problem } from "../ui/controls.tsx";
import { Icon } from "../ui/icons.tsx";
import { confirm } from "../ui/dialog.tsx";
import { complain } from "../ui/toasts.tsx";
import { Bytes } from "./Bytes.tsx";
import { BytesEditor } from "./BytesEditor.tsx";
import { JsonDialog } from "./JsonDialog.tsx";
import type { JsonTask } from "./JsonDialog.tsx";
import { isContainer, JsonTree } from "./json-tree.ts";
import type { JsonNode } from "./json-tree.ts";
import { SearchForm } from "./SearchForm.tsx";
import { Table } from "./Table.tsx";
import type { Row } from "./Table.tsx";
import type { ValueProps } from "./ValueView.tsx";
import { lineOf } from "./visible.ts";

export function JsonTreeView({ keyName, version, onChanged }: ValueProps) {
  const { client, rights } = theSession();
  const tree = useMemo(() => new JsonTree(client, keyName), [client, keyName]);
  const [isThere, setThere] = useState<boolean>();
  const [problem, setProblem] = useState<string>();
  const [task, setTask] = useState<JsonTask>();
  const [result, setResult] = useState<Uint8Array>();
  const failed = (error: unknown): void => setProblem(explain(error));
  const load = (): void => {
    tree.load().then((isThere) => {
      setThere(isThere);
      setProblem(undefined);
    }, failed);
  };
  useEffect(load, [tree, version]);
  const changed = (): void => {
    setTask(undefined);
    load();
    onChanged?.();
  };
  const query = async (path: string): Promise<void> => {
    setResult(undefined);
    setProblem(undefined);
    if (path === "") return;
    try {
      const found = bytesOf(await client.send(["JSON.GET", keyName, fromText(path)]));
      setResult(found?.slice() ?? new Uint8Array());
    } catch (error) {
      failed(error);
    }
  };
  const actions = useNodeActions(tree, { keyName, setTask, changed });
  const row = (index: number): Row | undefined => {
    const shown = tree.rows.value[index]!;
    if ("more" in shown) {
      void tree.more(shown.more).catch(failed);
      return undefined;
    }
    return nodeRow(shown.node, shown.isOpen, rights.mayWrite, actions);
  };
  return (
    <>
      <div class="value-tools">
        <PathInput onPath={(path) => void query(path)} />
        <IconButton icon="refresh" label={TEXTS.app.refresh} onClick={load} />
      </div>
      {problem !== undefined && <Problem text={problem} />}
      {isThere === false && <Empty>{TEXTS.values.gone}</Empty>}
      {result !== undefined && <JsonResult bytes={result} />}
      {result === undefined && isThere === true && (
        <Table
          label={TEXTS.values.tree}
          kind="json"
          titles={[TEXTS.values.name, TEXTS.values.value]}
          count={tree.rows.value.length}
          row={row}
        />
      )}
      {task !== undefined && (
        <JsonDialog
          {...{ task, keyName, mayWrite: rights.mayWrite }}
          onDone={changed}
          onClose={() => setTask(undefined)}
        />
      )}
    </>
  );
}

function PathInput({ onPath }: { readonly onPath: (path: string) => void }) {
  const search = (text: string): void => onPath(text.trim());
  return <SearchForm label={TEXTS.values.path} hint={TEXTS.values.pathHint} isCode onSearch={search} />;
}

function JsonResult({ bytes }: { readonly bytes: Uint8Array }) {
  return (
    <div class="json-result">
      <BytesEditor
        bytes={bytes}
        formats={{ formats: ["json"] }}
        format="json"
        label={TEXTS.values.pathResult}
        height="100%"
        isReadOnly
      />
    </div>
  );
}

interface NodeActions {
  readonly toggle: (node: JsonNode) => void;
  readonly edit: (node: JsonNode) => void;
  readonly rename: (node: JsonNode) => void;
  readonly add: (node: JsonNode) => void;
  readonly remove: (node: JsonNode) => void;
}

interface ActionInputs {
  readonly keyName: string;
  readonly setTask: (task: JsonTask) => void;
  readonly changed: () => void;
}

function useNodeActions(tree: JsonTree, { keyName, setTask, changed }: ActionInputs): NodeActions {
  const { client } = theSession();
  const open = async (node: JsonNode, kind: "edit" | "rename"): Promise<void> => {
    try {
      const value = await tree.read(node);
      if (value === undefined) throw new Error(TEXTS.values.nodeGone);
      setTask({ kind, node, value });
    } catch (error) {
      complain(explain(error));
    }
  };
  return {
    toggle: (node) => void tree.toggle(node).catch((error: unknown) => complain(explain(error))),
    edit: (node) => void open(node, "edit"),
    rename: (node) => void open(node, "rename"),
    add: (node) => setTask({ kind: "add", node }),
    remove: (node) =>
      confirm({
        title: TEXTS.values.removeNode,
        text: TEXTS.values.removeNodeText(pathText(node)),
        verb: TEXTS.values.remove,
        act: async () => {
          await client.send(["JSON.DEL", keyName, node.path]);
          changed();
        },
      }),
  };
}

/** The path of a node as people read it. */
function pathText({ name, parent }: JsonNode): string {
  if (parent === undefined) return "$";
  const line = lineOf(encodeText(`${name}`)).slice(0, 80);
  return typeof name === "number" ? `${pathText(parent)}[${name}]` : `${pathText(parent)}.${line}`;
}

function nodeRow(node: JsonNode, isOpen: boolean, mayWrite: boolean, actions: NodeActions): Row {
  const path = pathText(node);
  const isBranch = isContainer(node);
  const isMember = typeof node.name === "string";
  const add = { icon: "plus" as const, label: TEXTS.values.addTo(path), run: () => actions.add(node) };
  const edit = { icon: "edit" as const, label: TEXTS.values.editOf(path), run: () => actions.edit(node) };
  const rename = { icon: "key" as const, label: TEXTS.values.renameOf(path), run: () => actions.rename(node) };
  const remove = { icon: "trash" as const, label: TEXTS.values.removeOf(path), run: () => actions.remove(node) };
  return {
    cells: [<NodeName node={node} isOpen={isOpen} />, <NodeValue node={node} />],
    open: () => (isBranch ? actions.toggle(node) : actions.edit(node)),
    isOpen: isBranch ? isOpen : undefined,
    actions: mayWrite
      ? [
          ...(isBranch ? [add, edit] : []),
          ...(isMember ? [rename] : []),
          ...(node.parent === undefined ? [] : [remove]),
        ]
      : [],
  };
}

function NodeName({ node, isOpen }: { readonly node: JsonNode; readonly isOpen: boolean }) {
  const { name, depth } = node;
  return (
    <span class={isOpen ? "json-name json-open" : "json-name"} style={{ paddingLeft: `${Math.min(depth, 20) * 16}px` }}>
      {isContainer(node) && <Icon name="chevron" />}
      {name === undefined ? (
        "$"
      ) : typeof name === "number" ? (
        name
      ) : (
        <span class="json-key">
          <Bytes bytes={encodeText(name)} />
        </span>
      )}
    </span>
  );
}

function NodeValue({ node: { kind, size, text } }: { readonly node: JsonNode }) {
  const said =
    kind === "object" ? TEXTS.values.memberCount(size) : kind === "array" ? TEXTS.values.elements(size) : undefined;
  return (
    <span class={`json-value json-${kind}`}>
      {said ?? (text === undefined ? TEXTS.values.longString(size) : <Bytes bytes={encodeText(text)} />)}
    </span>
  );
}
