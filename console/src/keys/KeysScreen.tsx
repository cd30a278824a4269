/** The keys: a list at the left, the open key at the right; on a narrow page one of them. */
import { useEffect, useMemo } from "preact/hooks";
import { useActions } from "../app/actions.ts";
import { lazy } from "../ui/lazy.tsx";
import { goTo, place } from "../app/route.ts";
import { theSession } from "../app/session.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { deleteKeys, keyDialog } from "./actions.ts";
import { FilterBar } from "./FilterBar.tsx";
import { KeyRows } from "./KeyRows.tsx";
import { keyListOf } from "./key-list.ts";
import type { KeyList } from "./key-list.ts";
import { ListCursor } from "./list-cursor.ts";
import { OpenKeyPane } from "./OpenKeyPane.tsx";
import { preferences } from "./preferences.ts";
import { selectedOf } from "./selection.ts";
import { ScanLine, SelectionBar } from "./status.tsx";

/** Where the filter is, for the key that puts the focus there. */
const FILTER_ID = "key-filter";

const KeyDialogs = lazy(async () => (await import("./dialogs.tsx")).KeyDialogs);

export function KeysScreen() {
  const { client } = theSession();
  const list = keyListOf(client);
  const cursor = useMemo(() => new ListCursor(list, openKey), [list]);
  const name = place.value.words[0];
  useServer(list);
  useEffect(() => {
    if (name === undefined) return;
    cursor.set({ kind: "key", name });
    void list.reveal(name).then(() => cursor.turn.value++);
  }, [name]);
  useKeyActions(list, cursor, name);
  // Rows are made anew when their shape is another one.
  const { shape, separator, isBackwards } = preferences.value;
  useEffect(() => void list.arrange(), [shape, separator, isBackwards]);
  return (
    <div class={name === undefined ? "keys" : "keys keys-open"}>
      <section class="keys-list" aria-label={TEXTS.keys.list}>
        <FilterBar list={list} inputId={FILTER_ID} />
        <ScanLine list={list} />
        <KeyRows list={list} cursor={cursor} openName={name} />
        <SelectionBar list={list} />
      </section>
      <section class="keys-value" aria-label={TEXTS.keys.value}>
        {name === undefined ? <NothingOpen /> : <OpenKeyPane key={name} name={name} list={list} />}
      </section>
      {keyDialog.value !== undefined && (
        <div class="keys-dialogs">
          <KeyDialogs />
        </div>
      )}
    </div>
  );
}

function openKey(name: ByteString): void {
  goTo("keys", name);
}

/** Time after which reading is tried again, in milliseconds. */
const AGAIN_MS = 1000;

/** Goes on when the server is back, and asks anew for what is in sight. */
function useServer(list: KeyList): void {
  const isOnline = list.client.isOnline.value;
  const { phase } = list.scan.value;
  useEffect(() => {
    if (isOnline) list.facts.forget();
  }, [isOnline]);
  // Another request may have been answered before the one that failed was noticed: then there is nothing to wait for.
  useEffect(() => {
    if (!isOnline || phase !== "away") return;
    const timer = setTimeout(() => list.serverIsBack(), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isOnline, phase]);
}

function useKeyActions(list: KeyList, cursor: ListCursor, name: ByteString | undefined): void {
  const step = (by: number): void => {
    const { view } = list;
    for (let index = (cursor.index.value ?? -1) + by; index >= 0 && index < view.value.count; index += by) {
      const row = view.value.rowAt(index);
      if (row.kind !== "key") continue;
      cursor.moveTo(index);
      return openKey(row.name);
    }
  };
  const hasSelection = list.selectedCount.value > 0;
  const deleteSelected = (): void => deleteKeys(selectedOf(list.selection.peek(), list.names.peek()));
  useActions(
    () => [
      { id: "next-key", title: TEXTS.keys.next, keys: "j", run: () => step(1) },
      { id: "previous-key", title: TEXTS.keys.previous, keys: "k", run: () => step(-1) },
      { id: "filter-keys", title: TEXTS.keys.focusFilter, keys: "/", run: focusFilter },
      { id: "refresh-keys", title: TEXTS.keys.refreshList, keys: "r", run: () => list.refresh() },
      { id: "open-by-name", title: TEXTS.keys.openByName, keys: "o", run: () => (keyDialog.value = { kind: "open" }) },
      ...(theSession().rights.mayWrite
        ? [{ id: "new-key", title: TEXTS.keys.newKey, keys: "n", run: () => (keyDialog.value = { kind: "new" }) }]
        : []),
      ...(theSession().rights.mayWrite && hasSelection
        ? [{ id: "delete-selected", title: TEXTS.keys.deleteSelected, keys: "Delete", run: deleteSelected }]
        : []),
      ...(theSession().rights.mayWrite && name !== undefined && !hasSelection
        ? [{ id: "delete-key", title: TEXTS.keys.deleteOpen, keys: "Delete", run: () => deleteKeys([name]) }]
        : []),
    ],
    [list, cursor, name, hasSelection],
  );
}

function focusFilter(): void {
  const input = document.querySelector<HTMLInputElement>(`#${FILTER_ID}`);
  input?.focus();
  input?.select();
}

const isOffered = ([key]: readonly string[]): boolean => key !== "n" || theSession().rights.mayWrite;

function NothingOpen() {
  return (
    <div class="keys-nothing">
      <p>{TEXTS.keys.nothingOpen}</p>
      <dl>
        {TEXTS.keys.shortcuts.filter(isOffered).map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
