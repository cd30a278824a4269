/**
 * A JSON document as a tree of which only what is open is read: types and sizes first, then the values of what is small. Paths
 * are JSONPath, as the server takes them.
 */
import { signal } from "@preact/signals";
import { fromText, toText } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { bytesOf, itemsOf, numberOf, ReplyError, stringOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { onlyMatch } from "./places.ts";

/** The client, as far as trees need it. */
interface ManySender {
  many(commands: readonly (readonly Word[])[]): Promise<Reply[]>;
}

type JsonKind = "object" | "array" | "string" | "integer" | "number" | "boolean" | "null";

export interface JsonNode {
  readonly path: ByteString;
  /** The name of a member, the index of an element; undefined for the root. */
  readonly name: string | number | undefined;
  readonly depth: number;
  readonly kind: JsonKind;
  /** Members, elements, or bytes of a string. */
  readonly size: number;
  /** The JSON text of a scalar; undefined where it is long. */
  readonly text: string | undefined;
  readonly parent: JsonNode | undefined;
}

/** A row of the tree: a node, or where more children of one are to be read. */
type JsonRow = { readonly node: JsonNode; readonly isOpen: boolean } | { readonly more: JsonNode };

/** Children that are read at once. */
const PAGE = 100;

/** Bytes of a string that is shown in the tree. */
const TEXT_BYTES_MAX = 4096;

/** The path of a member. JSON's escapes are those of a name in brackets. */
export const memberPath = (parent: ByteString, name: string): ByteString =>
  `${parent}[${fromText(JSON.stringify(name))}]`;

const elementPath = (parent: ByteString, index: number): ByteString => `${parent}[${index}]`;

interface Children {
  readonly nodes: JsonNode[];
  /** The names of an object's members, in their order. */
  readonly names: readonly string[] | undefined;
}

export class JsonTree {
  /** The rows in sight of what is open. */
  readonly rows = signal<readonly JsonRow[]>([]);
  root: JsonNode | undefined;
  private readonly sender: ManySender;
  private readonly key: ByteString;
  /** What is open, by path. */
  private open = new Map<ByteString, Children>();
  /** The paths that the person has opened. They stay so when the document is read again. */
  private readonly wanted = new Set<ByteString>(["$"]);
  private generation = 0;

  constructor(sender: ManySender, key: ByteString) {
    this.sender = sender;
    this.key = key;
  }

  /** Reads what is open again. Answers whether the key is there. */
  async load(): Promise<boolean> {
    const generation = ++this.generation;
    const [root] = await this.describe([{ path: "$", name: undefined }], undefined);
    const open = new Map<ByteString, Children>();
    if (root !== undefined) await this.reopen(root, open);
    // A later call has read what is newer.
    if (generation !== this.generation) return root !== undefined;
    this.root = root;
    this.open = open;
    this.draw();
    return root !== undefined;
  }

  private async reopen(node: JsonNode, open: Map<ByteString, Children>): Promise<void> {
    if (!this.wanted.has(node.path) || !isContainer(node)) return;
    await this.expand(node, open);
    for (const child of open.get(node.path)!.nodes) await this.reopen(child, open);
  }

  /** Opens or closes an object or an array. */
  async toggle(node: JsonNode): Promise<void> {
    if (this.wanted.delete(node.path)) {
      this.open.delete(node.path);
    } else {
      this.wanted.add(node.path);
      await this.reopen(node, this.open);
    }
    this.draw();
  }

  private async expand(node: JsonNode, open: Map<ByteString, Children>): Promise<void> {
    let names: string[] | undefined;
    if (node.kind === "object") {
      const [reply] = await this.ask([["JSON.OBJKEYS", this.key, node.path]]);
      names = itemsOf(itemsOf(reply!)[0] ?? { kind: "null" }).map((name) => toText(stringOf(name)));
    }
    const children: Children = { nodes: [], names };
    await this.addPage(node, children);
    open.set(node.path, children);
  }

  /** Reads the next children of a node that is open. */
  async more(node: JsonNode): Promise<void> {
    const children = this.open.get(node.path);
    if (children === undefined) return;
    await this.addPage(node, children);
    this.draw();
  }

  private async addPage(node: JsonNode, { nodes, names }: Children): Promise<void> {
    const from = nodes.length;
    const count = Math.min(PAGE, (names?.length ?? node.size) - from);
    const wanted = Array.from({ length: Math.max(0, count) }, (_, i) => {
      const name = names === undefined ? from + i : names[from + i]!;
      const path = typeof name === "number" ? elementPath(node.path, name) : memberPath(node.path, name);
      return { path, name };
    });
    const found = await this.describe(wanted, node);
    // Asked twice at once, the first answer counts.
    if (nodes.length === from) nodes.push(...found);
  }

  /** The nodes at paths. Those that are gone meanwhile are left out. */
  private async describe(
    wanted: readonly Pick<JsonNode, "path" | "name">[],
    parent: JsonNode | undefined,
  ): Promise<JsonNode[]> {
    const types = await this.ask(wanted.map(({ path }) => ["JSON.TYPE", this.key, path]));
    const kinds = types.map((reply) => kindIn(reply));
    const there = wanted.map((one, i) => ({ ...one, kind: kinds[i] })).filter(({ kind }) => kind !== undefined);
    const sizes = await this.ask(there.map(({ path, kind }) => [SIZE_OF[kind!], this.key, path]));
    const sized = there.map((one, i) => ({
      ...one,
      size: SIZE_OF[one.kind!] === "JSON.TYPE" ? 0 : onlyNumber(sizes[i]!),
    }));
    const short = sized.filter(
      ({ kind, size }) => kind !== "object" && kind !== "array" && (kind !== "string" || size <= TEXT_BYTES_MAX),
    );
    const texts = await this.ask(short.map(({ path }) => ["JSON.GET", this.key, path]));
    const textOf = new Map(short.map(({ path }, i) => [path, matchText(texts[i]!)]));
    const depth = parent === undefined ? 0 : parent.depth + 1;
    return sized.map(({ path, name, kind, size }) => {
      return { path, name, depth, kind: kind!, size, text: textOf.get(path), parent };
    });
  }

  /** The JSON text of a node; undefined where it is gone. */
  async read(node: JsonNode): Promise<Uint8Array | undefined> {
    const [reply] = await this.ask([["JSON.GET", this.key, node.path]]);
    const bytes = bytesOf(reply!);
    return bytes && onlyMatch(bytes)?.slice();
  }

  private async ask(commands: readonly (readonly Word[])[]): Promise<Reply[]> {
    if (commands.length === 0) return [];
    const replies = await this.sender.many(commands);
    for (const reply of replies) if (reply.kind === "error") throw new ReplyError(reply.text);
    return replies;
  }

  private draw(): void {
    const rows: JsonRow[] = [];
    const add = (node: JsonNode): void => {
      const children = this.open.get(node.path);
      rows.push({ node, isOpen: children !== undefined });
      if (children === undefined) return;
      for (const child of children.nodes) add(child);
      if (children.nodes.length < (children.names?.length ?? node.size)) rows.push({ more: node });
    };
    if (this.root !== undefined) add(this.root);
    this.rows.value = rows;
  }
}

export const isContainer = ({ kind }: JsonNode): boolean => kind === "object" || kind === "array";

/** The command that tells the size of a value; the others have none. */
const SIZE_OF: Readonly<Record<JsonKind, string>> = {
  object: "JSON.OBJLEN",
  array: "JSON.ARRLEN",
  string: "JSON.STRLEN",
  integer: "JSON.TYPE",
  number: "JSON.TYPE",
  boolean: "JSON.TYPE",
  null: "JSON.TYPE",
};

function kindIn(reply: Reply): JsonKind | undefined {
  const [first] = itemsOf(reply);
  return first === undefined ? undefined : (stringOf(first) as JsonKind);
}

function onlyNumber(reply: Reply): number {
  const [first] = itemsOf(reply);
  return first === undefined || first.kind === "null" ? 0 : numberOf(first);
}

function matchText(reply: Reply): string | undefined {
  const bytes = bytesOf(reply);
  const match = bytes && onlyMatch(bytes);
  return match && toText(match);
}
