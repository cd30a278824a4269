/** A table of which only the rows in sight are in the page. The first cell of a row opens it; arrow keys move between rows. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { TEXTS } from "../texts.ts";
import { IconButton } from "../ui/controls.tsx";
import type { IconName } from "../ui/icons.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";

interface RowAction {
  readonly icon: IconName;
  /** What it does, with the name of the element. */
  readonly label: string;
  readonly run: () => void;
}

export interface Row {
  /** One cell for each column. */
  readonly cells: readonly ComponentChildren[];
  /** What opening does, read out with the first cell; undefined where nothing can be opened. */
  readonly open?: (() => void) | undefined;
  /** Whether what opening shows is shown already. */
  readonly isOpen?: boolean | undefined;
  readonly actions?: readonly RowAction[];
}

interface TableProps {
  readonly label: string;
  /** Its columns are laid out by the style `table-kind`. */
  readonly kind: "hash" | "list" | "set" | "zset" | "geo" | "json" | "stream" | "pending" | "vector";
  readonly titles: readonly string[];
  readonly count: number;
  /** A row; undefined while it is read. */
  readonly row: (index: number) => Row | undefined;
  /** A row to scroll to when the number changes. */
  readonly shown?: number | undefined;
}

const ROW_PX = 36;

export function Table({ label, kind, titles, count, row, shown }: TableProps) {
  const ref = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<number>();
  useEffect(() => {
    if (current !== undefined) ref.current?.querySelector<HTMLElement>(`[data-row="${current}"]`)?.focus();
  }, [current]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined || count === 0) return;
    const focused = (event.target as HTMLElement).closest("[data-row]")?.getAttribute("data-row");
    const from = focused === null || focused === undefined ? (current ?? -1) : Number(focused);
    event.preventDefault();
    setCurrent(Math.max(0, Math.min(count - 1, Number.isFinite(step) ? from + step : step < 0 ? 0 : count - 1)));
  };
  return (
    <div class={`table table-${kind}`} ref={ref}>
      <div class="table-head" aria-hidden="true">
        {titles.map((title) => (
          <span key={title}>{title}</span>
        ))}
      </div>
      <VirtualList
        label={label}
        count={count}
        rowPx={ROW_PX}
        row={(index) => <TableRow index={index} row={row(index)} />}
        shown={current ?? shown}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

function TableRow({ index, row }: { readonly index: number; readonly row: Row | undefined }) {
  if (row === undefined) {
    return (
      <div class="table-row" role="listitem">
        <span class="hint">{TEXTS.app.loading}</span>
      </div>
    );
  }
  const [first, ...others] = row.cells;
  return (
    <div class="table-row" role="listitem">
      {row.open === undefined ? (
        <span class="cell">{first}</span>
      ) : (
        <button type="button" class="cell cell-open" data-row={index} aria-expanded={row.isOpen} onClick={row.open}>
          {first}
        </button>
      )}
      {others.map((cell, i) => (
        <span class="cell" key={i} onClick={row.open}>
          {cell}
        </span>
      ))}
      {row.actions !== undefined && (
        <span class="row-actions">
          {row.actions.map(({ icon, label, run }) => (
            <IconButton key={label} icon={icon} label={label} onClick={run} />
          ))}
        </span>
      )}
    </div>
  );
}
