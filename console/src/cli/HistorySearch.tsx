/** A search of what was run before, as Ctrl-R is in a shell: the newest line is taken by Enter, others by the arrows. */
import type { TargetedKeyboardEvent } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { showHidden } from "../app/show-hidden.ts";
import { TEXTS } from "../texts.ts";
import type { History } from "./history.ts";

interface HistorySearchProps {
  readonly history: History;
  /** Gets the line that was taken; without one the search was left. */
  readonly onClose: (line?: string) => void;
}

/** Chars of a line in the list. */
const SHOWN_CHARS = 200;

export function HistorySearch({ history, onClose }: HistorySearchProps) {
  const [text, setText] = useState("");
  const [selected, setSelected] = useState(0);
  const ref = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => ref.current!.focus(), []);
  const found = history.search(text);
  const move = (step: number): void => setSelected((selected + step + found.length) % Math.max(1, found.length));
  const onKey = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const { ctrlKey, key } = event;
    if (key === "Escape") onClose();
    else if (key === "Enter") onClose(found[selected]);
    else if (key === "ArrowDown" || (ctrlKey && key === "r")) move(1);
    else if (key === "ArrowUp") move(-1);
    else return;
    event.preventDefault();
  };
  return (
    <div class="cli-search">
      <input
        ref={ref}
        class="input"
        role="combobox"
        aria-label={TEXTS.cli.search}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length === 0 ? undefined : `${id}-${selected}`}
        placeholder={TEXTS.cli.search}
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => {
          setText(event.currentTarget.value);
          setSelected(0);
        }}
        onKeyDown={onKey}
        onBlur={() => onClose()}
      />
      {found.length === 0 && <p class="hint">{TEXTS.cli.searchNone}</p>}
      <ul id={`${id}-list`} class="cli-suggestions" role="listbox" aria-label={TEXTS.cli.search}>
        {found.map((line, i) => (
          <li
            key={line}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === selected}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onClose(line)}
          >
            <code>{showHidden(line.slice(0, SHOWN_CHARS)).replaceAll("\n", " ⏎ ")}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}
