/** Bytes in rows of sixteen: offset, hexadecimal digits, ASCII. Only the rows in sight are read. */
import { useState } from "preact/hooks";
import { TEXTS } from "../texts.ts";
import { VirtualList } from "../ui/virtual-list.tsx";
import { EditDialog } from "./EditDialog.tsx";
import type { Outcome } from "./checked-edits.ts";
import { asciiOf, hexOf, offsetOf, ROW_BYTES } from "./hex.ts";

export interface GridProps {
  readonly label: string;
  /** Bytes of the value. */
  readonly length: number;
  /** The bytes of a range; undefined while they are read. */
  readonly read: (from: number, to: number) => Uint8Array | undefined;
  /** Writes other bytes over those at a place. Without it nothing can be edited. */
  readonly write?: (at: number, old: Uint8Array, next: Uint8Array) => Promise<Outcome | undefined>;
}

interface Range {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** The range that is edited, and its dialog. */
export function useRangeDialog({ write }: GridProps, format: "hex" | "text") {
  const [range, setRange] = useState<Range>();
  const open = (at: number, bytes: Uint8Array): void => setRange({ at, bytes: bytes.slice() });
  const close = (): void => setRange(undefined);
  const dialog = range !== undefined && write !== undefined && (
    <EditDialog
      title={TEXTS.values.editRange(range.at, range.at + range.bytes.length)}
      verb={TEXTS.values.apply}
      fields={[{ kind: "bytes", label: TEXTS.values.bytes, value: range.bytes, first: format }]}
      base={range.bytes}
      save={([next], base) => write(range.at, base ?? range.bytes, next!)}
      onDone={close}
      onClose={close}
    />
  );
  return { open, dialog };
}

export function HexGrid(props: GridProps) {
  const { label, length, read, write } = props;
  const { open, dialog } = useRangeDialog(props, "hex");
  const row = (index: number) => {
    const at = index * ROW_BYTES;
    const bytes = read(at, at + ROW_BYTES);
    const cells = (
      <>
        <span class="hex-offset">{offsetOf(at, length)}</span>
        <span class="hex-digits">{bytes === undefined ? TEXTS.app.loading : hexOf(bytes)}</span>
        <span class="hex-ascii">{bytes === undefined ? "" : asciiOf(bytes)}</span>
      </>
    );
    if (write === undefined || bytes === undefined) {
      return (
        <div class="hex-row" role="listitem">
          {cells}
        </div>
      );
    }
    return (
      <div role="listitem">
        <button type="button" class="hex-row" onClick={() => open(at, bytes)}>
          {cells}
        </button>
      </div>
    );
  };
  return (
    <div class="hex-grid">
      <VirtualList label={label} count={Math.max(1, Math.ceil(length / ROW_BYTES))} rowPx={24} row={row} />
      {dialog}
    </div>
  );
}
