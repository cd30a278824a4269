/** Bytes in a line, with nothing hidden. */
import { PREVIEW_BYTES, segmentsOf } from "./visible.ts";
import { TEXTS } from "../texts.ts";

interface BytesProps {
  readonly bytes: Uint8Array;
  /** Bytes of the whole, where `bytes` is its beginning. */
  readonly length?: number;
}

/** A value, or its beginning, in a line of a table. */
export function Bytes({ bytes, length = bytes.length }: BytesProps) {
  const shown = bytes.subarray(0, PREVIEW_BYTES);
  if (length === 0) return <span class="bytes-empty">{TEXTS.values.emptyString}</span>;
  return (
    <bdi class="bytes">
      {segmentsOf(shown).map(({ text, isEscape }, i) => (isEscape ? <b key={i}>{text}</b> : text))}
      {length > shown.length && <i>{TEXTS.values.more(length - shown.length)}</i>}
    </bdi>
  );
}
