/** What can be done with keys. Each asks where it cannot be undone, says what it did, and never rejects. */
import { signal } from "@preact/signals";
import { goTo, place } from "../app/route.ts";
import { explain, theSession } from "../app/session.ts";
import { fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { confirm } from "../ui/dialog.tsx";
import { complain, say } from "../ui/toasts.tsx";
import { copyToClipboard } from "../ui/save.ts";
import { copyText, nameText } from "../ui/visible.ts";
import { runOnKeys } from "./jobs.ts";
import { keyListOf } from "./key-list.ts";
import { NOTHING } from "./selection.ts";

/** A dialog about keys, whose code is loaded when the first one is opened. */
export type KeyDialog =
  | { readonly kind: "new"; readonly name?: ByteString }
  | { readonly kind: "open" }
  | { readonly kind: "options" }
  | { readonly kind: "expiry"; readonly names: readonly ByteString[]; readonly deadlineMs?: number | undefined }
  | { readonly kind: "rename" | "duplicate"; readonly name: ByteString }
  | { readonly kind: "prefix"; readonly names: readonly ByteString[] };

export const keyDialog = signal<KeyDialog | undefined>(undefined);

/** Names that a question shows. */
const SHOWN_NAMES = 5;

/** Asks, and deletes keys. */
export function deleteKeys(names: readonly ByteString[]): void {
  if (names.length === 0) return;
  const isOfList = names.length > 1 && keyListOf(theSession().client).scan.value.phase !== "complete";
  const text = TEXTS.keys.deleteText(names.slice(0, SHOWN_NAMES).map(nameText), names.length - SHOWN_NAMES);
  confirm({
    title: TEXTS.keys.deleteTitle(names.length),
    text: isOfList ? `${text}\n${TEXTS.keys.notComplete}` : text,
    verb: TEXTS.keys.remove,
    act: async () => void reported(deleteNow(names)),
  });
}

async function deleteNow(names: readonly ByteString[]): Promise<void> {
  const { client } = theSession();
  const { changed } = await runOnKeys(client, TEXTS.keys.deleting, names, (name) => [UNLINK, name]);
  const list = keyListOf(client);
  list.selection.value = NOTHING;
  list.changed(changed);
  const [open] = place.value.words;
  if (open !== undefined && changed.includes(open)) goTo("keys");
  await list.remove(changed);
  say(TEXTS.keys.deleted(changed.length));
}

const UNLINK = fromText("UNLINK");

export const copyName = (name: ByteString): Promise<void> => copyToClipboard(copyText(name));

export const copyNames = (names: readonly ByteString[]): Promise<void> =>
  copyToClipboard(names.map(copyText).join("\n"), TEXTS.keys.namesCopied(names.length));

/** Writes keys as JSON lines, and hands them to the browser as a file. */
export function exportKeys(names: readonly ByteString[]): Promise<void> {
  return reported(exportLoaded(names));
}

/** What exports is loaded when somebody does. */
async function exportLoaded(names: readonly ByteString[]): Promise<void> {
  const { exportNow } = await import("./export.ts");
  await exportNow(theSession().client, names);
}

/** Shows the error of something that nobody waits for. */
export async function reported(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    complain(explain(error));
  }
}
