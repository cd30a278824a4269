/** Reads all names of a database by SCAN, page by page, from its first cursor to its last. */
import { fromText } from "../client/bytes.ts";
import type { ByteString, Word } from "../client/bytes.ts";
import { itemsOf, stringOf } from "../client/reply.ts";
import type { RestClient } from "../client/rest-client.ts";

interface ScanQuery {
  /** For MATCH; undefined for all names. */
  readonly glob: ByteString | undefined;
  /** For TYPE; undefined for all types. */
  readonly type: ByteString | undefined;
}

interface Page {
  /** Where the next page begins; `0` after the last one. */
  readonly cursor: ByteString;
  /** May have names that earlier pages had. */
  readonly names: readonly ByteString[];
  /** How many keys the server was asked to look at. */
  readonly looked: number;
}

/** Keys of the first page, which is to be there at once, and of the others. */
const FIRST_KEYS = 500;
const PAGE_KEYS = 1000;

/** Keys that a page looks at where few match. The server does nothing else meanwhile. */
const SPARSE_KEYS_MAX = 8000;

/** Yields pages from a cursor on. The next one is asked for while the present one is worked on. Rejects as `send` does. */
export async function* scanPages(
  client: Pick<RestClient, "send">,
  query: ScanQuery,
  cursor: ByteString,
  signal: AbortSignal,
): AsyncGenerator<Page, void, undefined> {
  let looked = cursor === "0" ? FIRST_KEYS : PAGE_KEYS;
  const ask = async (from: ByteString, keys: number): Promise<Page> => {
    const [next, names] = itemsOf(await client.send(scanWords(query, from, keys), { signal }));
    return { cursor: stringOf(next!), names: itemsOf(names!).map(stringOf), looked: keys };
  };
  let asked = ask(cursor, looked);
  for (;;) {
    const page = await asked;
    if (page.cursor === "0") return yield page;
    // A filter that few keys pass would take a thousand requests for a handful.
    looked = page.names.length * 8 < looked ? Math.min(SPARSE_KEYS_MAX, looked * 2) : PAGE_KEYS;
    asked = ask(page.cursor, looked);
    // It is awaited after the pause of whoever works on this page.
    asked.catch(() => {});
    yield page;
  }
}

function scanWords({ glob, type }: ScanQuery, cursor: ByteString, keys: number): Word[] {
  const words = ["SCAN", cursor];
  if (glob !== undefined) words.push("MATCH", glob);
  words.push("COUNT", String(keys));
  // Text last: a pattern of other bytes goes as a path, whose last word is the body.
  if (type !== undefined) words.push("TYPE", type);
  return words.map((word, i) => (i === 0 ? fromText(word) : word));
}
