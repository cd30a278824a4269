/** Hands data to the person: as a file, or by the clipboard. */
import { TEXTS } from "../texts.ts";
import { complain, say } from "./toasts.tsx";

/** Saves bytes or text as a file. */
export function saveFile(name: string, content: string | Uint8Array, type: string): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the data by the next task.
  setTimeout(() => URL.revokeObjectURL(url));
}

/** Copies a text, and says so. A page that is not served from this machine or by TLS has no clipboard of the newer kind. */
export async function copyText(text: string): Promise<void> {
  try {
    if (isSecureContext) await navigator.clipboard.writeText(text);
    else copyBySelection(text);
    say(TEXTS.app.copied);
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
