/** A byte string in the page, with what cannot be seen as escapes that look like such. */
import type { ByteString } from "../client/bytes.ts";
import { beginningOf, piecesOf } from "./visible.ts";

interface BytesProps {
  readonly bytes: ByteString;
  /** Bytes that are shown; `…` stands for the rest. */
  readonly bytesMax?: number;
}

export function Bytes({ bytes, bytesMax }: BytesProps) {
  return (
    <bdi class="bytes">
      {piecesOf(beginningOf(bytes, bytesMax)).map(({ text, isEscape }) =>
        isEscape ? <span class="escape">{text}</span> : text,
      )}
    </bdi>
  );
}
