/** Gives the person a file, made of bytes in this page. */
import type { ByteString } from "../client/bytes.ts";
import { toText } from "../client/bytes.ts";

/** The browser needs the address until it has begun to read. */
const KEPT_MS = 60_000;

export function download(parts: readonly Uint8Array[], keyName: ByteString, extension: string): void {
  const url = URL.createObjectURL(new Blob(parts as Uint8Array<ArrayBuffer>[], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${fileNameOf(keyName)}${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** A name for a file that every system takes. */
const fileNameOf = (keyName: ByteString): string =>
  toText(keyName)
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, "_")
    .slice(0, 100) || "value";
