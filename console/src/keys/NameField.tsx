/** A field for the name of a key, or a part of one. */
import { Field } from "../ui/controls.tsx";

interface NameFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

export function NameField({ label, hint, text, onChange }: NameFieldProps) {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {(attributes) => (
        <input
          {...attributes}
          class="input mono"
          spellcheck={false}
          autocomplete="off"
          value={text}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
