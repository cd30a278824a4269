/**
 * JSON documents in RDB, which Redis keeps in a module. The value of a module is the module's number, tagged parts, and
 * an end. RedisJSON writes a document's text as one part; from 8 on it writes another form, but every version reads
 * this one.
 */
import { JsonError, JsonValue } from "../types/json-document.ts";
import { parseJson } from "../types/json-parser.ts";
import { serialize } from "../types/json-serializer.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { RdbError, UnsupportedModule } from "./rdb-error.ts";
import { writeLength } from "./rdb-string.ts";
import type { RdbReader } from "./rdb-string.ts";

/** Tags of parts. */
const PIECE_END = 0;
const PIECE_UNSIGNED = 2;
const PIECE_STRING = 5;

const NAME = "ReJSON-RL";
const NAME_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Forms that consist of a text. The older one has an empty link to a search index after it. */
const FORM_TEXT = 3;
const FORM_TEXT_AND_LINK = 2;

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

/**
 * Reads the document in a module's value. Throws an RdbError for another module, or a form of RedisJSON without text.
 */
export function readJsonModule(reader: RdbReader): JsonValue {
  const number = BigInt(reader.length());
  const form = Number(number & 1023n);
  const name = moduleName(number);
  if (name !== NAME) throw new UnsupportedModule(`Values of the module type ${name} are not supported`);
  if (form !== FORM_TEXT && form !== FORM_TEXT_AND_LINK) {
    throw new UnsupportedModule(`Values of the module type ${name} are not supported in encoding version ${form}`);
  }
  expectPiece(reader, PIECE_STRING);
  const text = reader.string();
  if (form === FORM_TEXT_AND_LINK) {
    expectPiece(reader, PIECE_UNSIGNED);
    if (reader.length() !== 0) throw new RdbError("a document is linked to a search index");
  }
  expectPiece(reader, PIECE_END);
  return new JsonValue(parsed(text));
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
