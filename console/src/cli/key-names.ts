/** Names of keys with a beginning: a few, found in a few steps, since a completion is no search. */
import { asText, fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, stringOf } from "../client/reply.ts";
import type { RestClient } from "../client/rest-client.ts";
import { typeWord } from "../client/split.ts";
import { TEXTS } from "../texts.ts";
import { prefixPattern } from "./assist.ts";
import type { Suggestion } from "./assist.ts";

const NAMES_MAX = 20;
const STEPS_MAX = 5;
const STEP_KEYS = fromText("1000");

/** Names of up to this length are offered: a longer one is not typed. */
const NAME_BYTES_MAX = 200;

/** The suggestions for a beginning; none when the server refuses or does not answer. */
export async function keySuggestions(
  client: RestClient,
  prefix: ByteString,
  signal: AbortSignal,
): Promise<readonly Suggestion[]> {
  const names = new Set<ByteString>();
  let cursor = "0";
  try {
    for (let step = 0; step < STEPS_MAX && names.size < NAMES_MAX; step++) {
      const words = ["SCAN", cursor, "MATCH", prefixPattern(prefix), "COUNT", STEP_KEYS];
      const [next, found] = itemsOf(await client.send(words, { signal }));
      for (const name of itemsOf(found!)) names.add(stringOf(name));
      cursor = stringOf(next!);
      if (cursor === "0") break;
    }
  } catch {
    return [];
  }
  return [...names]
    .filter((name) => name.length <= NAME_BYTES_MAX && name !== prefix)
    .sort()
    .slice(0, NAMES_MAX)
    .map((name) => {
      const typed = typeWord(name, asText(name));
      return { insert: typed, label: typed, note: TEXTS.cli.isKey };
    });
}
