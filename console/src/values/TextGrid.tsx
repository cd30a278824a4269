/** A large text in rows of as many bytes each, with line ends shown, so any place is reached at once. */
import { TEXTS } from "../texts.ts";
import { VirtualList } from "../ui/virtual-list.tsx";
import { useRangeDialog } from "./HexGrid.tsx";
import type { GridProps } from "./HexGrid.tsx";
import { segmentsOf } from "./visible.ts";
import { rowRange, TEXT_ROW_BYTES } from "./text-rows.ts";

export function TextGrid(props: GridProps) {
  const { label, length, read, write } = props;
  const { open, dialog } = useRangeDialog(props, "text");
  const row = (index: number) => {
    const range = rowRange(index, length, read);
    const cells = (
      <>
        <span class="hex-offset">{index * TEXT_ROW_BYTES}</span>
        <span class="text-row-text">
          {range === undefined
            ? TEXTS.app.loading
            : segmentsOf(range.bytes).map(({ text, isEscape }, i) => (isEscape ? <b key={i}>{text}</b> : text))}
        </span>
      </>
    );
    if (write === undefined || range === undefined) {
      return (
        <div class="text-row" role="listitem">
          {cells}
        </div>
      );
    }
    return (
      <div role="listitem">
        <button type="button" class="text-row" onClick={() => open(range.at, range.bytes)}>
          {cells}
        </button>
      </div>
    );
  };
  return (
    <div class="hex-grid">
      <VirtualList label={label} count={Math.max(1, Math.ceil(length / TEXT_ROW_BYTES))} rowPx={24} row={row} />
      {dialog}
    </div>
  );
}
