/** The names of the columns, by which the list is sorted. */
import { TEXTS } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { EVERYTHING, isPartlySelected, isSelected, NOTHING } from "./selection.ts";
import type { KeyList, SortKey } from "./key-list.ts";
import { reported } from "./actions.ts";
import { preferences } from "./preferences.ts";

export function ColumnHeads({ list }: { readonly list: KeyList }) {
  const { hasTtl, hasSize } = preferences.value;
  const selection = list.selection.value;
  const isAll = isSelected(selection, EVERYTHING);
  const mark = isAll ? " key-mark-on" : isPartlySelected(selection, EVERYTHING) ? " key-mark-part" : "";
  return (
    <div class="keys-heads">
      <button
        type="button"
        class="key-check"
        aria-label={TEXTS.keys.selectAll}
        aria-pressed={isAll}
        title={TEXTS.keys.selectAll}
        onClick={() => (list.selection.value = isAll ? NOTHING : [EVERYTHING])}
      >
        <span class={`key-mark${mark}`} />
      </button>
      <Head list={list} by="name" />
      {hasTtl && <Head list={list} by="ttl" />}
      {hasSize && <Head list={list} by="size" />}
    </div>
  );
}

function Head({ list, by }: { readonly list: KeyList; readonly by: SortKey }) {
  const isCurrent = list.sort.value === by;
  const { isBackwards } = preferences.value;
  // A tree has the order of the names.
  if (by === "name" && list.view.value.isTree)
    return <span class="keys-head keys-head-name">{TEXTS.keys.sortBy.name}</span>;
  return (
    <button
      type="button"
      class={`keys-head keys-head-${by}`}
      aria-pressed={isCurrent}
      title={TEXTS.keys.sortHint[by]}
      onClick={() => void reported(list.sortBy(by))}
    >
      {TEXTS.keys.sortBy[by]}
      {isCurrent && (
        <span class={isBackwards ? "sort-mark sort-mark-down" : "sort-mark"}>
          <Icon name="chevron" />
        </span>
      )}
    </button>
  );
}
