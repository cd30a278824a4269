/** A field to search by, in the tools of a value: Enter searches, and an emptied field shows everything again. */
import { useState } from "preact/hooks";

interface SearchFormProps {
  readonly label: string;
  readonly hint: string;
  /** What stands in the field at first. */
  readonly text?: string;
  /** Whether it is in the letters of code. */
  readonly isCode?: boolean;
  readonly onSearch: (text: string) => void;
}

export function SearchForm({ label, hint, text: first = "", isCode = false, onSearch }: SearchFormProps) {
  const [text, setText] = useState(first);
  return (
    <form
      class="pattern"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text);
      }}
    >
      <input
        class={isCode ? "input mono" : "input"}
        type="search"
        aria-label={label}
        placeholder={label}
        title={hint}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          if (currentTarget.value === "") onSearch("");
        }}
      />
    </form>
  );
}
