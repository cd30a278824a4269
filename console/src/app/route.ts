/** The place in the console, kept in the fragment of the address: `#/screen/more/words`. Fragments never reach the server. */
import { signal } from "@preact/signals";
import { fromBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";

/** The screens, in the order of the navigation. */
export const SCREENS = ["keys", "cli", "live", "admin"] as const;

export type Screen = (typeof SCREENS)[number];

export interface Place {
  readonly screen: Screen;
  /** Words after the screen: the key that is open, as a byte string, or the part of the screen. */
  readonly words: readonly ByteString[];
}

export const place = signal<Place>(placeOf(location.hash));

/** Asked before another place is shown: `go` shows it, then or later. */
type Guard = (go: () => void) => void;

let guard: Guard = (go) => go();

/** Sets what is asked before another place is shown. Answers a function that ends it. */
export function guardPlaces(asked: Guard): () => void {
  guard = asked;
  return () => (guard = (go) => go());
}

addEventListener("hashchange", () => {
  const { hash } = location;
  const stay = linkTo(place.value.screen, ...place.value.words);
  if (hash === stay) return;
  let hasGone = false;
  guard(() => {
    hasGone = true;
    if (location.hash !== hash) history.pushState(null, "", hash);
    place.value = placeOf(hash);
  });
  // The browser has changed the address already. While the person is asked, it is that of what is shown.
  if (!hasGone) history.replaceState(null, "", stay);
});

/** The address of a place, to link to. */
export function linkTo(screen: Screen, ...words: readonly ByteString[]): string {
  return `#/${[screen, ...words.map(escapeWord)].join("/")}`;
}

/** Goes to a place, with an entry of the history. */
export function goTo(screen: Screen, ...words: readonly ByteString[]): void {
  location.hash = linkTo(screen, ...words);
}

function placeOf(hash: string): Place {
  const [name, ...words] = hash.replace(/^#\/?/, "").split("/");
  const screen = SCREENS.find((one) => one === name) ?? "keys";
  return { screen, words: words.map(unescapeWord) };
}

const escapeWord = (word: ByteString): string =>
  word.replace(/[^A-Za-z0-9_.~:-]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** A browser may have escaped what we had not, as UTF-8; a broken escape stays as it is. */
function unescapeWord(word: string): ByteString {
  const bytes = fromBytes(new TextEncoder().encode(word));
  return bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
