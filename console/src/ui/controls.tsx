/** The controls that all screens share. */
import type { ButtonHTMLAttributes, ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./icons.tsx";
import type { IconName } from "./icons.tsx";

interface ButtonProps extends Omit<ButtonHTMLAttributes, "icon" | "disabled" | "type"> {
  readonly icon?: IconName;
  /** `primary` for what a dialog is for, `danger` for what cannot be undone. */
  readonly look?: "plain" | "primary" | "danger";
  readonly disabled?: boolean;
  readonly type?: "button" | "submit";
  readonly children: ComponentChildren;
}

export function Button({ icon, look = "plain", type = "button", children, ...rest }: ButtonProps) {
  return (
    <button type={type} class={`button button-${look}`} {...rest}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes, "icon" | "disabled" | "label" | "type"> {
  readonly icon: IconName;
  /** What it does: its accessible name and its tooltip. */
  readonly label: string;
  readonly disabled?: boolean;
}

export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

interface FieldProps {
  readonly label: string;
  /** Help, below the control. */
  readonly hint?: string;
  readonly problem?: string | undefined;
  /** Gets the attributes that tie the control to its label. */
  readonly children: (attributes: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean }) => JSX.Element;
}

/** A label, a control, and what to say about it. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const said = problem ?? hint;
  const attributes = {
    id,
    ...(said === undefined ? {} : { "aria-describedby": `${id}-said` }),
    ...(problem === undefined ? {} : { "aria-invalid": true }),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(attributes)}
      {said !== undefined && (
        <p id={`${id}-said`} class={problem === undefined ? "hint" : "problem"}>
          {said}
        </p>
      )}
    </div>
  );
}

interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly Option<T>[];
  readonly current: T;
  readonly onSelect: (value: T) => void;
}

/** Tabs by WAI-ARIA's pattern: arrow keys move between them. */
export function Tabs<T extends string>({ label, tabs, current, onSelect }: TabsProps<T>) {
  const move = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = tabs.findIndex(({ value }) => value === current);
    const next = tabs[(at + step + tabs.length) % tabs.length]!;
    onSelect(next.value);
    const list = (event.currentTarget as HTMLElement).children;
    (list[tabs.indexOf(next)] as HTMLElement).focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(({ value, label }) => (
        <button
          key={value}
          type="button"
          role="tab"
          aria-selected={value === current}
          tabIndex={value === current ? 0 : -1}
          onClick={() => onSelect(value)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

interface SelectProps<T extends string> {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onSelect: (value: T) => void;
}

/** A list to choose from, whose label is read out and not shown. */
export function Select<T extends string>({ label, options, value, onSelect }: SelectProps<T>) {
  return (
    <select
      class="select"
      aria-label={label}
      value={value}
      onChange={(event) => onSelect(event.currentTarget.value as T)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

/** A line that stands where data would. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** What went wrong, where it went wrong. */
export function Problem({ text }: { readonly text: string }) {
  return (
    <p class="problem-note" role="alert">
      <Icon name="warning" />
      <span>{text}</span>
    </p>
  );
}

/** How far something is: of a known whole, or not known. */
export function Progress({
  label,
  done,
  total,
}: {
  readonly label: string;
  readonly done: number;
  readonly total?: number;
}) {
  return (
    <div class="progress">
      <progress
        aria-label={label}
        {...(total === undefined ? {} : { value: Math.min(done, total), max: total || 1 })}
      />
      <span>{label}</span>
    </div>
  );
}
