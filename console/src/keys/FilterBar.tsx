/** What is listed, and how: filters, shape, new key. */
import { useEffect, useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import { TEXTS } from "../texts.ts";
import { Button, IconButton, Select } from "../ui/controls.tsx";
import { Icon } from "../ui/icons.tsx";
import { keyDialog } from "./actions.ts";
import type { KeyList } from "./key-list.ts";
import { prefer, preferences } from "./preferences.ts";

/** Types that SCAN knows; `json` is the type's name here and at Upstash, `ReJSON-RL` of the module. */
const TYPES = ["string", "hash", "list", "set", "zset", "stream", "json"] as const;

/** Time without another letter before a filter is applied, in milliseconds. */
const TYPING_MS = 250;

interface FilterBarProps {
  readonly list: KeyList;
  readonly inputId: string;
}

export function FilterBar({ list, inputId }: FilterBarProps) {
  return (
    <div class="keys-tools" role="search">
      <NameFilter list={list} inputId={inputId} />
      <div class="keys-tools-row">
        <Select
          label={TEXTS.keys.type}
          options={[
            { value: "", label: TEXTS.keys.anyType },
            ...TYPES.map((type) => ({ value: type, label: TEXTS.keys.types[type]! })),
          ]}
          value={list.type.value}
          onSelect={(type) => list.filter({ type })}
        />
        <ShapeButtons list={list} />
        <IconButton
          icon="settings"
          label={TEXTS.keys.options}
          onClick={() => (keyDialog.value = { kind: "options" })}
        />
        <IconButton icon="refresh" label={TEXTS.keys.refreshList} onClick={() => list.refresh()} />
        <span class="grow" />
        {theSession().rights.mayWrite && (
          <Button
            icon="plus"
            look="primary"
            aria-label={TEXTS.keys.newKey}
            onClick={() => (keyDialog.value = { kind: "new" })}
          >
            {TEXTS.keys.newKey}
          </Button>
        )}
      </div>
    </div>
  );
}

function NameFilter({ list, inputId }: FilterBarProps) {
  const [text, setText] = useState(list.text.value);
  useEffect(() => {
    if (text === list.text.peek()) return;
    const timer = setTimeout(() => list.filter({ text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { kind } = list.pattern.value;
  return (
    <div class="keys-filter">
      <Icon name="search" />
      <input
        id={inputId}
        class="input"
        type="text"
        aria-label={TEXTS.keys.filter}
        aria-description={TEXTS.keys.filterHint}
        title={TEXTS.keys.filterHint}
        placeholder={TEXTS.keys.filterPlaceholder}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") list.filter({ text });
          if (event.key === "Escape") setText("");
        }}
      />
      {kind !== "all" && <span class="badge">{TEXTS.keys.filterKinds[kind]}</span>}
      {text !== "" && <IconButton icon="close" label={TEXTS.keys.clearFilter} onClick={() => setText("")} />}
    </div>
  );
}

function ShapeButtons({ list }: { readonly list: KeyList }) {
  const isFlat = preferences.value.shape === "flat" || list.sort.value !== "name";
  const button = (shape: "tree" | "flat") => (
    <IconButton
      icon={shape === "tree" ? "tree" : "keys"}
      label={TEXTS.keys.shapes[shape]}
      aria-pressed={(shape === "flat") === isFlat}
      onClick={() => {
        prefer({ shape });
        list.sortByName();
      }}
    />
  );
  return (
    <span class="keys-shapes" role="group" aria-label={TEXTS.keys.shape}>
      {button("tree")}
      {button("flat")}
    </span>
  );
}
