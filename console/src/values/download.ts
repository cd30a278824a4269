/** Gives the person a file, made of bytes in this page. */
import type { ByteString } from "../client/bytes.ts";
import { toText } from "../client/bytes.ts";
import { saveFile } from "../ui/save.ts";

export function download(parts: readonly Uint8Array[], keyName: ByteString, extension: string): void {
  saveFile(`${fileNameOf(keyName)}${extension}`, parts, "application/octet-stream");
}

/** A name for a file that every system takes. */
const fileNameOf = (keyName: ByteString): string =>
  toText(keyName)
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, "_")
    .slice(0, 100) || "value";
