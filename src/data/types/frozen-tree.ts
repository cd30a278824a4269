/**
 * A JSON tree at an instant, while it is edited on: the content of an array or object is copied before its first edit. Its
 * children stay shared, and are copied in turn if they are edited.
 *
 * Cost: a copy of each array or object that is edited, without what lies below.
 */
import { isContainer } from "./json-document.ts";
import type { JsonArray, JsonNode, JsonObject } from "./json-document.ts";
import { serialize } from "./json-serializer.ts";

type Container = JsonArray | JsonObject;

/** Where the text has got to in an array or object. */
interface Frame {
  readonly container: Container;
  /** Elements or members that are written. */
  done: number;
  /** Of an object that has not been edited. */
  readonly members: Iterator<[string, JsonNode]> | undefined;
}

/** Chars of a piece of text. */
const PIECE_CHARS = 8 * 1024;

/** Estimated bytes of an element, or of half a member, of a copy. */
const ITEM_BYTES = 8;

export class FrozenTree {
  /** Estimated bytes of the copies. */
  copiedBytes = 0;
  private readonly root: JsonNode;
  /** What edited arrays held, and edited objects as names and values in turn. */
  private readonly copies = new Map<Container, readonly JsonNode[]>();

  constructor(root: JsonNode) {
    this.root = root;
  }

  /** The elements or members of an array or object are about to change. */
  beforeEdit(container: Container): void {
    if (this.copies.has(container)) return;
    const copy = Array.isArray(container) ? container.slice() : [...container].flat();
    this.copies.set(container, copy);
    this.copiedBytes += 64 + ITEM_BYTES * copy.length;
  }

  /** The text of the tree, in pieces. The tree may be edited in between. */
  *pieces(): Generator<string, void, undefined> {
    const stack: Frame[] = [];
    let text = "";
    const open = (node: JsonNode): string => {
      if (!isContainer(node)) return serialize(node);
      stack.push({ container: node, done: 0, members: node instanceof Map ? node.entries() : undefined });
      return Array.isArray(node) ? "[" : "{";
    };
    text += open(this.root);
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      const child = this.next(frame);
      if (child === undefined) {
        stack.pop();
        text += Array.isArray(frame.container) ? "]" : "}";
      } else {
        if (frame.done++ > 0) text += ",";
        if (child.name !== undefined) text += `${serialize(child.name)}:`;
        text += open(child.node);
      }
      if (text.length < PIECE_CHARS) continue;
      yield text;
      text = "";
    }
    yield text;
  }

  /** The next element or member of an array or object, as it was; undefined at the end. */
  private next({ container, done, members }: Frame): { name: string | undefined; node: JsonNode } | undefined {
    const copy = this.copies.get(container);
    if (Array.isArray(container)) {
      const items = copy ?? container;
      return done < items.length ? { name: undefined, node: items[done]! } : undefined;
    }
    if (copy !== undefined) {
      return done * 2 < copy.length ? { name: copy[done * 2] as string, node: copy[done * 2 + 1]! } : undefined;
    }
    const { value } = members!.next();
    return value === undefined ? undefined : { name: value[0], node: value[1] };
  }
}
