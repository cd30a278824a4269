/** Pieces that the tabs share. */
import type { ComponentChildren } from "preact";
import { showHidden } from "../app/show-hidden.ts";
import { TEXTS } from "../texts.ts";
import { IconButton } from "../ui/controls.tsx";

interface CardProps {
  readonly title: string;
  readonly onReload?: () => void;
  /** Why there is nothing, or nothing new, to show. */
  readonly problem?: string | undefined;
  readonly children: ComponentChildren;
}

/** A part of a tab with a title of its own. */
export function Card({ title, onReload, problem, children }: CardProps) {
  return (
    <section class="admin-card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {onReload !== undefined && <IconButton icon="refresh" label={TEXTS.admin.reload(title)} onClick={onReload} />}
      </header>
      {problem !== undefined && <p class="hint admin-refused">{showHidden(problem)}</p>}
      {children}
    </section>
  );
}

interface FactsProps {
  readonly facts: readonly (readonly [name: string, value: string, note?: string])[];
}

/** Names and values, with what they mean where that is known. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl class="admin-facts">
      {facts.map(([name, value, note]) => (
        <div key={name}>
          <dt>{showHidden(name)}</dt>
          <dd>
            <span class="mono">{showHidden(value)}</span>
            {note !== undefined && <span class="hint">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface TextInputProps {
  readonly id?: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: boolean;
  readonly "aria-label"?: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onText: (text: string) => void;
}

/** A line of text that no browser corrects or remembers. */
export function TextInput({ onText, ...attributes }: TextInputProps) {
  return (
    <input
      class="input"
      spellcheck={false}
      autocomplete="off"
      autocapitalize="off"
      {...attributes}
      onInput={(event) => onText(event.currentTarget.value)}
    />
  );
}
