/** The palette: every action of the console by its name, with Ctrl-K. */
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { TEXTS } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { actions } from "../app/actions.ts";
import type { Action } from "../app/actions.ts";

export const isPaletteOpen = signal(false);

const OPTION_ID = "palette-option-";

export function Palette() {
  return isPaletteOpen.value ? <PaletteDialog /> : null;
}

/** Actions whose title has every word of the text, those that begin with it first. */
function matching(text: string): Action[] {
  const words = text.toLowerCase().split(/\s+/);
  const found = actions.value.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
  const begins = ({ title }: Action): number => (title.toLowerCase().startsWith(text.toLowerCase()) ? 0 : 1);
  return found.sort((a, b) => begins(a) - begins(b));
}

function PaletteDialog() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const found = matching(text);
  const close = (): void => void (isPaletteOpen.value = false);
  const run = (action: Action | undefined): void => {
    if (action === undefined) return;
    close();
    action.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter") run(found[at]);
    else if (step !== 0 && found.length > 0) setAt((at + step + found.length) % found.length);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={TEXTS.palette.title} onClose={close}>
      <input
        class="input palette-input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length === 0 ? undefined : OPTION_ID + at}
        aria-label={TEXTS.palette.placeholder}
        placeholder={TEXTS.palette.placeholder}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" class="palette-list" role="listbox" aria-label={TEXTS.palette.title}>
        {found.map((action, i) => (
          <li
            key={action.id}
            id={OPTION_ID + i}
            role="option"
            aria-selected={i === at}
            onClick={() => run(action)}
            onPointerMove={() => setAt(i)}
          >
            <span>{action.title}</span>
            {action.keys !== undefined && <kbd>{action.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="empty">{TEXTS.palette.none}</p>}
    </Dialog>
  );
}
