/**
 * A list of which only the rows in sight are in the page, so that a million of them cost what forty do. Browsers bound how tall
 * an element may be, so beyond some half a million rows the scroll bar stands for more rows than its pixels.
 */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import type { HTMLAttributes, JSX } from "preact";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";

interface VirtualListProps {
  readonly count: number;
  /** Height of a row, in CSS pixels. */
  readonly rowPx: number;
  readonly row: (index: number) => JSX.Element;
  readonly label: string;
  readonly role?: "list" | "tree" | "listbox" | "grid";
  /** A row to scroll to when the number changes, or `turn` does. */
  readonly shown?: number | undefined;
  readonly turn?: number;
  /** The `id` of the row that the keys act on, where it is in the page. */
  readonly activeId?: string | undefined;
  /** Called with the rows in sight, when these are others: the first, and the one after the last. */
  readonly onRange?: (from: number, to: number) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly onFocus?: () => void;
  readonly isMulti?: boolean;
}

/** Pixels that every browser can lay out: Firefox ends below 17.9 million. */
const HEIGHT_PX_MAX = 15_000_000;

/** Rows beyond those in sight. */
const OVERSCAN = 8;

export function VirtualList(props: VirtualListProps) {
  const {
    count,
    rowPx,
    row,
    label,
    role = "list",
    shown,
    turn,
    activeId,
    onRange,
    onKeyDown,
    onFocus,
    isMulti,
  } = props;
  const ref = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const whole = count * rowPx;
  const height = Math.min(whole, HEIGHT_PX_MAX);
  const scaled = whole / Math.max(1, height);
  const [list] = useState(() => virtualizer(ref, rowPx, () => redraw(undefined)));
  // Below the bound the library decides; above it, its rows are those of the scaled place.
  const inList = Math.min(count, Math.floor(HEIGHT_PX_MAX / rowPx));
  list.setOptions({ ...list.options, count: inList, estimateSize: () => rowPx });
  useEffect(() => list._didMount(), []);
  useEffect(() => list._willUpdate());
  useEffect(() => {
    if (shown === undefined || ref.current === null) return;
    if (scaled === 1) list.scrollToIndex(shown, { align: "auto" });
    else ref.current.scrollTop = (shown / count) * height - ref.current.clientHeight / 2;
  }, [shown, turn]);
  const rows = list.getVirtualItems();
  // The first of the rows in sight in the whole list; the others follow it.
  const top = list.scrollOffset ?? 0;
  const ahead = scaled === 1 ? 0 : shift(top, list.scrollRect?.height ?? 0, height, count, rowPx);
  const last = rows.at(-1)?.index ?? -1;
  const [from, to] = [(rows[0]?.index ?? 0) + ahead, Math.min(count, last + ahead + 1)];
  useEffect(() => onRange?.(from, to), [from, to]);
  return (
    <div
      ref={ref}
      class="virtual"
      aria-activedescendant={activeId}
      role={role}
      aria-label={label}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      {...multi(isMulti)}
    >
      <div class="virtual-rows" role="presentation" style={{ height: `${height}px` }}>
        {rows
          .filter(({ index }) => index + ahead < count)
          .map(({ index, start }) => (
            <div
              key={index + ahead}
              class="virtual-row"
              role="presentation"
              style={{ transform: `translateY(${start}px)`, height: `${rowPx}px` }}
            >
              {row(index + ahead)}
            </div>
          ))}
      </div>
    </div>
  );
}

const multi = (isMulti: boolean | undefined): HTMLAttributes<HTMLDivElement> =>
  isMulti === undefined ? {} : { "aria-multiselectable": isMulti };

const virtualizer = (
  ref: { readonly current: HTMLDivElement | null },
  rowPx: number,
  onChange: () => void,
): Virtualizer<HTMLDivElement, HTMLDivElement> =>
  new Virtualizer<HTMLDivElement, HTMLDivElement>({
    count: 0,
    getScrollElement: () => ref.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange,
  });

/** How many rows the list is ahead of its scroll bar, which reaches both ends exactly. */
function shift(top: number, view: number, height: number, count: number, rowPx: number): number {
  const reached = Math.min(1, top / Math.max(1, height - view));
  const hidden = count - Math.floor(height / rowPx);
  return Math.round(reached * hidden);
}
