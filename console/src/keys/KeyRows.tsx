/** The rows of the list, of which those in sight are in the page. */
import { useEffect } from "preact/hooks";
import { actions } from "../app/actions.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Bytes } from "../ui/bytes.tsx";
import { Button, Empty, Problem } from "../ui/controls.tsx";
import { Icon } from "../ui/icons.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { visible, visibleText } from "../ui/visible.ts";
import { explain } from "../app/session.ts";
import { keyDialog } from "./actions.ts";
import { nowMs } from "./clock.ts";
import type { KeyFacts } from "./key-facts.ts";
import type { KeyList } from "./key-list.ts";
import { rangeOf } from "./list-cursor.ts";
import type { ListCursor } from "./list-cursor.ts";
import { preferences } from "./preferences.ts";
import type { Row } from "./rows.ts";
import { isPartlySelected, isSelected } from "./selection.ts";
import { ColumnHeads } from "./ColumnHeads.tsx";
import { TypeBadge } from "./TypeBadge.tsx";
import { bytesText, shortSpan } from "./units.ts";

/** Height of a row, in CSS pixels. */
const ROW_PX = 30;

/** Time that the list stands still before it asks for the facts of what is in sight, in milliseconds. */
const STILL_MS = 40;

/** Bytes of a name that a row shows. */
const NAME_BYTES_MAX = 200;

interface KeyRowsProps {
  readonly list: KeyList;
  readonly cursor: ListCursor;
  readonly openName: ByteString | undefined;
}

export function KeyRows({ list, cursor, openName }: KeyRowsProps) {
  const view = list.view.value;
  const active = cursor.index.value;
  useFactsInSight(list);
  if (view.count === 0) return <NoRows list={list} />;
  const isTree = view.isTree;
  const row = (index: number) => {
    const shown = view.rowAt(index);
    return (
      <RowLine
        row={shown}
        index={index}
        isTree={isTree}
        isActive={index === active}
        isOpenKey={shown.kind === "key" && shown.name === openName}
        list={list}
        cursor={cursor}
      />
    );
  };
  return (
    <>
      <ColumnHeads list={list} />
      <div class="keys-rows">
        <VirtualList
          label={TEXTS.keys.list}
          role={isTree ? "tree" : "listbox"}
          isMulti
          count={view.count}
          rowPx={ROW_PX}
          row={row}
          shown={active}
          turn={cursor.turn.value}
          activeId={active === undefined ? undefined : rowId(active)}
          onRange={(from, to) => (list.inSight.value = { from, to })}
          onKeyDown={(event) => onKeyDown(cursor, event)}
          onFocus={() => cursor.begin()}
        />
      </div>
    </>
  );
}

const rowId = (index: number): string => `key-row-${index}`;

/** Keys of the palette's actions are theirs; other letters look for a row, once begun all of them. */
function onKeyDown(cursor: ListCursor, event: KeyboardEvent): void {
  const isAction = event.key.length === 1 && event.key !== " " && isActionKey(event.key);
  if (isAction && !cursor.isTyping(event.timeStamp)) return;
  if (!cursor.onKey(event)) return;
  event.preventDefault();
  event.stopPropagation();
}

const isActionKey = (key: string): boolean => actions.value.some(({ keys }) => keys?.split(" ")[0] === key);

/** Asks for type, TTL and size of the keys in sight once the list stands still. */
function useFactsInSight(list: KeyList): void {
  const { from, to } = list.inSight.value;
  const view = list.view.value;
  const version = list.facts.version.value;
  useEffect(() => {
    const timer = setTimeout(() => {
      const rows = Array.from({ length: Math.max(0, Math.min(to, view.count) - from) }, (_, i) => view.rowAt(from + i));
      void list.facts.want(rows.flatMap(({ kind, name }) => (kind === "key" ? [name] : [])));
    }, STILL_MS);
    return () => clearTimeout(timer);
  }, [from, to, view, version]);
  useEffect(() => () => list.facts.rest(), [list]);
}

interface RowLineProps {
  readonly row: Row;
  readonly index: number;
  readonly isTree: boolean;
  readonly isActive: boolean;
  readonly isOpenKey: boolean;
  readonly list: KeyList;
  readonly cursor: ListCursor;
}

function RowLine({ row, index, isTree, isActive, isOpenKey, list, cursor }: RowLineProps) {
  const range = rangeOf(row);
  const selection = list.selection.value;
  const isWhole = isSelected(selection, range);
  const isPart = !isWhole && row.kind === "folder" && isPartlySelected(selection, range);
  const facts = row.kind === "key" ? list.facts.get(row.name) : undefined;
  const onClick = (event: MouseEvent): void => {
    if (event.shiftKey) return cursor.moveTo(index, true);
    cursor.set(row);
    if (event.ctrlKey || event.metaKey) cursor.toggleSelected(row);
    else cursor.act(row);
  };
  const onCheck = (event: Event): void => {
    event.stopPropagation();
    cursor.set(row);
    cursor.toggleSelected(row);
  };
  return (
    <div
      id={rowId(index)}
      class={`key-row${isActive ? " key-row-active" : ""}${facts?.type === "none" ? " key-row-gone" : ""}`}
      role={isTree ? "treeitem" : "option"}
      aria-selected={isWhole}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-current={isOpenKey ? "true" : undefined}
      {...(isTree ? { "aria-level": row.depth + 1 } : {})}
      {...(row.kind === "folder" ? { "aria-expanded": row.isOpen } : {})}
      style={{ "--depth": row.depth }}
      onClick={onClick}
    >
      <span class="key-check" onClick={onCheck}>
        <span class={`key-mark${isWhole ? " key-mark-on" : isPart ? " key-mark-part" : ""}`} />
      </span>
      {isTree && <span class="key-indent" />}
      {row.kind === "folder" ? <FolderCells row={row} /> : <KeyCells row={row} facts={facts} />}
    </div>
  );
}

function FolderCells({ row }: { readonly row: Extract<Row, { kind: "folder" }> }) {
  const count = row.to - row.from;
  return (
    <>
      <span class={row.isOpen ? "chevron chevron-open" : "chevron"}>
        <Icon name="chevron" />
      </span>
      <span class="key-name" title={TEXTS.keys.folder(visible(row.label), count)}>
        <Bytes bytes={row.label} bytesMax={NAME_BYTES_MAX} />
        <span class="visually-hidden">, </span>
      </span>
      <span class="key-count">{count.toLocaleString("en")}</span>
    </>
  );
}

function KeyCells({ row, facts }: { readonly row: Row; readonly facts: KeyFacts | undefined }) {
  const { hasTtl, hasSize } = preferences.value;
  return (
    <>
      <TypeBadge facts={facts} />
      <span class="key-name">
        {row.label === "" ? (
          <em>{row.outer > 0 ? TEXTS.keys.ownName : TEXTS.keys.emptyName}</em>
        ) : (
          <Bytes bytes={row.label} bytesMax={NAME_BYTES_MAX} />
        )}
      </span>
      {hasTtl && (
        <span class="key-cell">{facts?.deadlineMs !== undefined && <Left deadlineMs={facts.deadlineMs} />}</span>
      )}
      {hasSize && <span class="key-cell">{facts?.bytes !== undefined && bytesText(facts.bytes)}</span>}
    </>
  );
}

function Left({ deadlineMs }: { readonly deadlineMs: number }) {
  const leftMs = deadlineMs - nowMs.value;
  return <>{leftMs <= 0 ? TEXTS.keys.expired : shortSpan(leftMs)}</>;
}

function NoRows({ list }: { readonly list: KeyList }) {
  const { phase, error } = list.scan.value;
  if (phase === "failed") {
    return (
      <div class="keys-rows keys-failed">
        <Problem text={visibleText(explain(error))} />
        <p class="hint">{TEXTS.keys.scanRefused}</p>
        <div>
          <Button onClick={() => (keyDialog.value = { kind: "open" })}>{TEXTS.keys.openByName}</Button>
        </div>
      </div>
    );
  }
  const isFiltered = list.pattern.value.kind !== "all" || list.type.value !== "";
  const text = phase !== "complete" ? TEXTS.keys.noneRead : isFiltered ? TEXTS.keys.noMatch : TEXTS.keys.emptyDatabase;
  return (
    <div class="keys-rows">
      <Empty>{text}</Empty>
    </div>
  );
}
