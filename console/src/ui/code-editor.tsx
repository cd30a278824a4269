/** An editor of text with undo, search, wrapping and colours. Its code is loaded when the first one is shown. */
import { lazy } from "./lazy.tsx";

export type CodeLanguage = "text" | "json" | "lua";

export interface CodeEditorProps {
  readonly value: string;
  readonly language?: CodeLanguage;
  readonly readOnly?: boolean;
  /** Called with the whole text after each change by the person. */
  readonly onChange?: (text: string) => void;
  /** Called by Ctrl-Enter, and by Enter where there is one line. */
  readonly onSubmit?: () => void;
  /** The accessible name. */
  readonly label: string;
  /** Any CSS height; without one the editor is as tall as its text, within bounds. */
  readonly height?: string;
  /** A short text, such as a name: Enter submits, Shift-Enter begins a line. */
  readonly isLine?: boolean;
  /** Whether long lines are broken where the editor ends. */
  readonly wraps?: boolean;
}

/** Chars that the editor takes. A longer text is shown in parts, by a plain view. */
export const CODE_CHARS_MAX = 2 * 1024 * 1024;

export const CodeEditor = lazy<CodeEditorProps>(async () => (await import("./code-mirror.tsx")).CodeMirror);
