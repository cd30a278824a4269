/** Hands data to the person: as a file, or by the clipboard. */
import { TEXTS } from "../texts.ts";
import { complain, say } from "./toasts.tsx";

/** The browser needs the address of a file until it has begun to read, in milliseconds. */
const KEPT_MS = 60_000;

/** Saves bytes, text or parts of them as a file. */
export function saveFile(
  name: string,
  content: string | Uint8Array | readonly (string | Uint8Array)[],
  type: string,
): void {
  const parts = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  const url = URL.createObjectURL(new Blob(parts as BlobPart[], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** Copies a text, and says `said`. A page that is not served from this machine or by TLS has no clipboard of the newer kind. */
export async function copyToClipboard(text: string, said: string = TEXTS.app.copied): Promise<void> {
  try {
    if (isSecureContext) await navigator.clipboard.writeText(text);
    else copyBySelection(text);
    say(said);
  } catch (error) {
    complain((error as Error).message);
  }
}

function copyBySelection(text: string): void {
  const area = document.createElement("textarea");
  area.value = text;
  // Inside an open dialog, because the rest of the page is inert.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (!isCopied) throw new Error(TEXTS.app.notCopied);
}
