/**
 * JSON documents in RDB, which Redis keeps in a module. The value of a module is the module's number, tagged parts, and
 * an end. RedisJSON writes a document's text as one part; from 8 on it writes another form, but every version reads
 * this one. RedisJSON 1 wrote the tree, a part or two for each node.
 */
import { int64 } from "../../core/numbers.ts";
import type { Int64 } from "../../core/numbers.ts";
import { doubleNode, JSON_DEPTH_MAX, JsonError, JsonValue } from "../types/json-document.ts";
import type { JsonNode, JsonObject } from "../types/json-document.ts";
import { parseJson } from "../types/json-parser.ts";
import { serialize } from "../types/json-serializer.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { RdbError, UnsupportedModule } from "./rdb-error.ts";
import { writeLength } from "./rdb-string.ts";
import type { RdbReader } from "./rdb-string.ts";

/** Tags of parts. */
const PIECE_END = 0;
const PIECE_UNSIGNED = 2;
const PIECE_DOUBLE = 4;
const PIECE_STRING = 5;

const NAME = "ReJSON-RL";
const NAME_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Forms that consist of a text. The older one has an empty link to a search index after it. */
const FORM_TEXT = 3;
const FORM_TEXT_AND_LINK = 2;
/** The form of RedisJSON 1. */
const FORM_TREE = 0;

/** Kinds of nodes in a tree. */
const NODE_NULL = 0x01;
const NODE_STRING = 0x02;
const NODE_DOUBLE = 0x04;
const NODE_INTEGER = 0x08;
const NODE_BOOLEAN = 0x10;
const NODE_OBJECT = 0x20;
const NODE_ARRAY = 0x40;
const NODE_MEMBER = 0x80;

/** What a node in a tree takes at least: its kind, of two parts. */
const NODE_BYTES_MIN = 2;

/** A module's number: a name of nine chars of six bits, and a form of ten bits. */
function moduleNumber(name: string, form: number): bigint {
  let number = 0n;
  for (const char of name) number = (number << 6n) | BigInt(NAME_CHARS.indexOf(char));
  return (number << 10n) | BigInt(form);
}

function moduleName(number: bigint): string {
  let name = "";
  for (let place = 8n; place >= 0n; place--) name += NAME_CHARS[Number((number >> (10n + place * 6n)) & 63n)]!;
  return name;
}

/** Writes what comes before the text of a document. */
export function beginJsonModule(writer: ByteWriter): void {
  writeLength(writer, moduleNumber(NAME, FORM_TEXT));
  writeLength(writer, PIECE_STRING);
}

/** The text of a document, to be written as a string. */
export function jsonText(document: JsonValue): string {
  return serialize(document.root);
}

/** Writes the end of a document. */
export function endJsonModule(writer: ByteWriter): void {
  writeLength(writer, PIECE_END);
}

/** Reads the document in a module's value. Throws an RdbError for another module, or a form that is not known. */
export function readJsonModule(reader: RdbReader): JsonValue {
  const number = BigInt(reader.length());
  const form = Number(number & 1023n);
  const name = moduleName(number);
  if (name !== NAME) throw new UnsupportedModule(`Values of the module type ${name} are not supported`);
  const root = rootOf(reader, form);
  expectPiece(reader, PIECE_END);
  return new JsonValue(root);
}

function rootOf(reader: RdbReader, form: number): JsonNode {
  switch (form) {
    case FORM_TREE:
      return readNode(reader, 0);
    case FORM_TEXT_AND_LINK: {
      const text = readString(reader);
      if (readUnsigned(reader) !== 0) throw new RdbError("a document is linked to a search index");
      return parsed(text);
    }
    case FORM_TEXT:
      return parsed(readString(reader));
    default:
      throw new UnsupportedModule(`Values of the module type ${NAME} are not supported in encoding version ${form}`);
  }
}

/** A node of a tree, with those below it. `depth` is the number of arrays and objects around it. */
function readNode(reader: RdbReader, depth: number): JsonNode {
  switch (readUnsigned(reader)) {
    case NODE_NULL:
      return null;
    case NODE_STRING:
      return readString(reader);
    case NODE_DOUBLE:
      return readDouble(reader);
    case NODE_INTEGER:
      return int64(BigInt.asIntN(64, BigInt(readUnsigned(reader))));
    case NODE_BOOLEAN:
      return readString(reader) === "1";
    case NODE_OBJECT:
      return readObject(reader, depth + 1);
    case NODE_ARRAY:
      return Array.from({ length: readCount(reader, depth + 1) }, () => readNode(reader, depth + 1));
    default:
      throw new RdbError("a JSON document has a node of another kind");
  }
}

function readObject(reader: RdbReader, depth: number): JsonObject {
  const object: JsonObject = new Map();
  for (let left = readCount(reader, depth); left > 0; left--) {
    if (readUnsigned(reader) !== NODE_MEMBER) throw new RdbError("an object of a JSON document has no member");
    object.set(readString(reader), readNode(reader, depth));
  }
  return object;
}

/** The number of children of an array or object at `depth`. */
function readCount(reader: RdbReader, depth: number): number {
  if (depth > JSON_DEPTH_MAX) throw new RdbError("a JSON document is too deep");
  expectPiece(reader, PIECE_UNSIGNED);
  return reader.count(NODE_BYTES_MIN);
}

function readUnsigned(reader: RdbReader): Int64 {
  expectPiece(reader, PIECE_UNSIGNED);
  return reader.length();
}

function readString(reader: RdbReader): string {
  expectPiece(reader, PIECE_STRING);
  return reader.string();
}

function readDouble(reader: RdbReader): JsonNode {
  expectPiece(reader, PIECE_DOUBLE);
  const value = reader.doublele();
  if (!Number.isFinite(value)) throw new RdbError("a JSON document has a number that is not finite");
  return doubleNode(value);
}

function expectPiece(reader: RdbReader, mark: number): void {
  if (reader.length() !== mark) throw new RdbError("a module's value has other pieces");
}

function parsed(text: string): JsonValue["root"] {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw new RdbError("a JSON document is broken");
    throw error;
  }
}
