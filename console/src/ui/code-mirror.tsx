/**
 * CodeMirror in a shadow root, where it adopts style sheets: the content policy refuses `<style>`. The only line break is LF,
 * so CR and everything else stays in the text as it is; control and bidi characters are shown as marks.
 */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, openSearchPanel, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { CodeEditorProps, CodeLanguage } from "./code-editor.tsx";

export function CodeMirror(props: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  const shown = useRef(props.value);
  const editor = useRef<Editor>(undefined);
  latest.current = props;
  useEffect(() => {
    const made = new Editor(host.current!, props, {
      changed(text) {
        shown.current = text;
        latest.current.onChange?.(text);
      },
      submit: () => latest.current.onSubmit?.(),
    });
    editor.current = made;
    return () => made.destroy();
  }, []);
  const { value, language = "text", readOnly = false, wraps = true, height } = props;
  // At once, and not after the next frame: what is typed until then would be replaced by what was there before it.
  useLayoutEffect(() => {
    if (value === shown.current || editor.current === undefined) return;
    shown.current = value;
    editor.current!.replace(value);
  }, [value]);
  useEffect(() => editor.current!.setLanguage(language), [language]);
  useEffect(() => editor.current!.setMode(readOnly, wraps), [readOnly, wraps]);
  return <div ref={host} class="code-editor" style={height === undefined ? {} : { height }} />;
}

interface Listeners {
  readonly changed: (text: string) => void;
  readonly submit: () => void;
}

/** An EditorView with the parts of its configuration that change. */
class Editor {
  private readonly view: EditorView;
  private readonly language = new Compartment();
  private readonly mode = new Compartment();
  private isReplacing = false;

  constructor(host: HTMLElement, props: CodeEditorProps, listeners: Listeners) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    const update = EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged && !this.isReplacing) listeners.changed(state.doc.toString());
    });
    const extensions = [
      submitKeys(props.isLine === true, listeners.submit),
      basics(props),
      this.language.of([]),
      this.mode.of([]),
      EditorView.contentAttributes.of({ "aria-label": props.label }),
      update,
    ];
    this.view = new EditorView({ root, parent: root, state: EditorState.create({ doc: props.value, extensions }) });
  }

  destroy(): void {
    this.view.destroy();
  }

  /** Replaces the text, as an entry of the history: undo brings the old one back. */
  replace(text: string): void {
    this.isReplacing = true;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
    this.isReplacing = false;
  }

  setLanguage(language: CodeLanguage): void {
    void LANGUAGES[language]().then((extension) => {
      this.view.dispatch({ effects: this.language.reconfigure(extension) });
    });
  }

  setMode(isReadOnly: boolean, wraps: boolean): void {
    const mode: Extension[] = [EditorState.readOnly.of(isReadOnly)];
    if (wraps) mode.push(EditorView.lineWrapping);
    if (isReadOnly) mode.push(EditorView.contentAttributes.of({ "aria-readonly": "true" }));
    this.view.dispatch({ effects: this.mode.reconfigure(mode) });
  }
}

const LANGUAGES: Readonly<Record<CodeLanguage, () => Promise<Extension>>> = {
  text: async () => [],
  json: async () => (await import("@codemirror/lang-json")).json(),
  lua: async () => StreamLanguage.define((await import("@codemirror/legacy-modes/mode/lua")).lua),
};

function submitKeys(isLine: boolean, submit: () => void): Extension {
  const run = (): boolean => {
    submit();
    return true;
  };
  const bindings = [{ key: "Mod-Enter", run }];
  return keymap.of(isLine ? [{ key: "Enter", run }, ...bindings] : bindings);
}

/** Characters that are marked in addition to CodeMirror's own: the other marks of direction. */
const MORE_SPECIAL = /[\u202a-\u202c\u2066-\u2069]/g;

const basics = ({ isLine = false, height }: CodeEditorProps): Extension => [
  EditorState.lineSeparator.of("\n"),
  history(),
  drawSelection(),
  highlightSpecialChars({ addSpecialChars: MORE_SPECIAL }),
  highlightSelectionMatches(),
  bracketMatching(),
  syntaxHighlighting(COLOURS),
  keymap.of([...searchKeymap, ...historyKeymap, ...defaultKeymap, { key: "Mod-f", run: openSearchPanel }]),
  isLine ? [] : [lineNumbers(), highlightActiveLine()],
  THEME,
  EditorView.theme(height === undefined ? {} : { "&": { height: "100%" } }),
];

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--syntax-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--syntax-string)" },
  { tag: tags.number, color: "var(--syntax-number)" },
  { tag: [tags.keyword, tags.bool, tags.null, tags.atom, tags.standard(tags.name)], color: "var(--syntax-keyword)" },
  { tag: tags.comment, color: "var(--syntax-comment)" },
]);

const THEME = EditorView.theme({
  "&": { backgroundColor: "var(--ground)", color: "var(--text)", fontSize: "13px", maxHeight: "100%" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "6px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--ground-2)", color: "var(--text-2)", border: "0" },
  // A ground of the line would hide the selection, which lies below it.
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLineGutter": { backgroundColor: "var(--ground-3)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-ground)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--warn-ground)" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-ground)", outline: "1px solid var(--warn)" },
  ".cm-specialChar": { color: "var(--danger)" },
  ".cm-panels": { backgroundColor: "var(--ground-2)", color: "var(--text)" },
  ".cm-textfield": { backgroundColor: "var(--ground)", color: "var(--text)", border: "1px solid var(--line-strong)" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--ground-3)", color: "var(--text)" },
});
