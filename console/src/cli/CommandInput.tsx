/** The line to type in: several lines if need be, completion, history, and the syntax of what is typed. */
import type { TargetedKeyboardEvent } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { showHidden } from "../app/show-hidden.ts";
import { splitCommands } from "../client/split.ts";
import type { Split } from "../client/split.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "../ui/controls.tsx";
import { complain } from "../ui/toasts.tsx";
import { assistAt } from "./assist.ts";
import type { Assist, Suggestion } from "./assist.ts";
import { anySecret, lineOf } from "./cli-session.ts";
import type { CliSession } from "./cli-session.ts";
import { HistorySearch } from "./HistorySearch.tsx";
import { keySuggestions } from "./key-names.ts";

export function CommandInput({ session }: { readonly session: CliSession }) {
  const [isSearching, setSearching] = useState(false);
  const line = useLine(session);
  const id = useId();
  const texts = TEXTS.cli;
  const close = (picked?: string): void => {
    setSearching(false);
    if (picked !== undefined) line.setText(picked);
    queueMicrotask(() => line.ref.current?.focus());
  };
  const isOpen = line.suggestions.length > 0;
  return (
    <div class="cli-input">
      {isSearching && <HistorySearch history={session.history} onClose={close} />}
      {isOpen && <Suggestions id={id} line={line} />}
      <Help assist={line.assist} problem={line.problem} hasNoManual={session.hasNoManual.value} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          line.submit();
        }}
      >
        <label class="visually-hidden" for={`${id}-line`}>
          {texts.input}
        </label>
        <span class="cli-prompt" aria-hidden="true">
          {session.queue.value === undefined ? texts.prompt : texts.promptMulti}
        </span>
        <textarea
          ref={line.ref}
          id={`${id}-line`}
          class="cli-text"
          rows={Math.min(10, session.typed.value.split("\n").length)}
          value={session.typed.value}
          placeholder={theSession().rights.mayWrite ? texts.placeholder : texts.placeholderReadOnly}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          aria-autocomplete="list"
          aria-controls={isOpen ? `${id}-list` : undefined}
          aria-activedescendant={isOpen && line.selected >= 0 ? `${id}-${line.selected}` : undefined}
          aria-describedby={`${id}-help`}
          onInput={(event) => line.typed(event.currentTarget.value)}
          onSelect={() => line.moved()}
          onBlur={() => line.close()}
          onKeyDown={(event) => onKey(event, session, line, () => setSearching(true))}
        />
        <Button type="submit" look="primary">
          {texts.run}
        </Button>
      </form>
      <span id={`${id}-help`} class="visually-hidden">
        {line.assist.facts?.summary ?? ""}
      </span>
    </div>
  );
}

/** What the line has and does. */
interface Line {
  readonly ref: { readonly current: HTMLTextAreaElement | null };
  readonly assist: Assist;
  readonly suggestions: readonly Suggestion[];
  /** Index of a suggestion; -1 for none. */
  readonly selected: number;
  readonly problem: string | undefined;
  readonly select: (index: number) => void;
  readonly accept: (index: number) => void;
  readonly setText: (text: string) => void;
  readonly typed: (text: string) => void;
  readonly moved: () => void;
  readonly close: () => void;
  readonly submit: () => void;
}

const NO_ASSIST: Assist = { facts: undefined, syntax: [], suggestions: [], keyPrefix: undefined, start: 0, end: 0 };

function useLine(session: CliSession): Line {
  const ref = useRef<HTMLTextAreaElement>(null);
  const [cursor, setCursor] = useState(session.typed.value.length);
  const [isOpen, setOpen] = useState(false);
  const [selected, select] = useState(-1);
  const [problem, setProblem] = useState<string>();
  // Where the cursor goes once the text is in the page.
  const target = useRef<number>(undefined);
  const text = session.typed.value;
  const manual = session.manual.value;
  const assist = manual === undefined ? NO_ASSIST : assistAt(manual, text, Math.min(cursor, text.length));
  const keys = useKeys(session, isOpen ? assist.keyPrefix : undefined);
  useEffect(() => ref.current?.focus(), []);
  useLayoutEffect(() => {
    if (target.current === undefined) return;
    ref.current?.setSelectionRange(target.current, target.current);
    target.current = undefined;
  });
  const setText = (next: string, at = next.length): void => {
    session.typed.value = next;
    target.current = at;
    setCursor(at);
    setProblem(undefined);
    close();
  };
  const close = (): void => {
    setOpen(false);
    select(-1);
  };
  const suggestions = isOpen ? [...assist.suggestions, ...keys] : [];
  return {
    ref,
    assist,
    suggestions,
    selected: Math.min(selected, suggestions.length - 1),
    problem,
    select,
    close,
    setText,
    accept(index) {
      const { insert } = suggestions[index]!;
      const rest = text.slice(assist.end);
      const space = /^\s/.test(rest) ? "" : " ";
      setText(text.slice(0, assist.start) + insert + space + rest, assist.start + insert.length + 1);
    },
    typed(next) {
      session.typed.value = next;
      setCursor(ref.current!.selectionStart);
      setProblem(undefined);
      setOpen(true);
      select(-1);
    },
    moved: () => setCursor(ref.current!.selectionStart),
    submit() {
      const split = splitCommands(text);
      setProblem(problemOf(split));
      if (split.problem === undefined && split.commands.length > 0) run(session, text, split, setText);
    },
  };
}

function problemOf({ problem }: Split): string | undefined {
  if (problem === undefined) return undefined;
  return problem === "open-quote" ? TEXTS.cli.openQuote : TEXTS.cli.quoteInWord;
}

function run(session: CliSession, text: string, split: Split, setText: (text: string) => void): void {
  const commands = split.commands.map(({ words }) => words.map(({ bytes }) => bytes));
  session.history.add(text, anySecret(commands));
  setText("");
  session.run(commands).then(
    (left) => {
      // What did not run stands in the line again, before what was typed meanwhile.
      if (left.length > 0) setText([lineOf(left), session.typed.value].filter((line) => line !== "").join("\n"));
    },
    (error: unknown) => complain(explain(error)),
  );
}

/** Time after a change before the server is asked for names, in milliseconds. */
const KEYS_AFTER_MS = 120;

function useKeys(session: CliSession, prefix: string | undefined): readonly Suggestion[] {
  const [found, setFound] = useState<{ prefix: string; names: readonly Suggestion[] }>();
  useEffect(() => {
    if (prefix === undefined) return;
    const waiting = new AbortController();
    const timer = setTimeout(() => {
      void keySuggestions(session.client, prefix, waiting.signal).then((names) => {
        if (!waiting.signal.aborted) setFound({ prefix, names });
      });
    }, KEYS_AFTER_MS);
    return () => {
      clearTimeout(timer);
      waiting.abort();
    };
  }, [prefix]);
  return prefix !== undefined && found?.prefix === prefix ? found.names : [];
}

function onKey(
  event: TargetedKeyboardEvent<HTMLTextAreaElement>,
  session: CliSession,
  line: Line,
  search: () => void,
): void {
  const done = keyAction(event, session, line, search);
  if (done === undefined) return;
  event.preventDefault();
  done();
}

/** What a key does in the line; undefined for what the browser does. */
function keyAction(
  event: TargetedKeyboardEvent<HTMLTextAreaElement>,
  session: CliSession,
  line: Line,
  search: () => void,
): (() => void) | undefined {
  const { altKey, ctrlKey, currentTarget: area, key, metaKey, shiftKey } = event;
  if (event.isComposing || altKey || metaKey) return undefined;
  if (ctrlKey) return controlKey(key, area, session, search);
  const { length } = line.suggestions;
  const { selected } = line;
  if (key === "Escape" && length > 0) return line.close;
  if (key === "Tab" && !shiftKey && length > 0) return () => line.accept(Math.max(0, selected));
  if (key === "Enter" && !shiftKey) return enter(session, line, area);
  // A chosen suggestion is moved from by the arrows; without one, the list is entered downwards, and upwards is the history.
  if (key === "ArrowDown" && length > 0) return () => line.select((selected + 1) % length);
  if (key === "ArrowUp" && selected >= 0) return () => line.select(selected - 1);
  const { selectionStart, value } = area;
  if (key === "ArrowUp" && !value.slice(0, selectionStart).includes("\n"))
    return () => show(line, session.history.older(value));
  if (key === "ArrowDown" && !value.slice(selectionStart).includes("\n"))
    return () => show(line, session.history.newer());
  return undefined;
}

function enter(session: CliSession, line: Line, area: HTMLTextAreaElement): (() => void) | undefined {
  if (line.selected >= 0) return () => line.accept(line.selected);
  // An open quote goes on in the next line.
  if (splitCommands(area.value).problem === "open-quote") {
    return () => {
      const { selectionEnd, selectionStart, value } = area;
      const text = `${value.slice(0, selectionStart)}\n${value.slice(selectionEnd)}`;
      line.submit();
      session.typed.value = text;
      queueMicrotask(() => area.setSelectionRange(selectionStart + 1, selectionStart + 1));
    };
  }
  return line.submit;
}

function controlKey(
  key: string,
  area: HTMLTextAreaElement,
  session: CliSession,
  search: () => void,
): (() => void) | undefined {
  const isSelected = area.selectionStart !== area.selectionEnd;
  if (key === "c" && !isSelected && session.isRunning.value) return () => session.stop();
  if (key === "r") return search;
  return key === "l" ? () => session.clear() : undefined;
}

function show(line: Line, text: string | undefined): void {
  if (text !== undefined) line.setText(text);
}

function Suggestions({ id, line }: { readonly id: string; readonly line: Line }) {
  const { selected, suggestions } = line;
  useEffect(() => {
    document.querySelector(`#${CSS.escape(`${id}-${selected}`)}`)?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <ul id={`${id}-list`} class="cli-suggestions" role="listbox" aria-label={TEXTS.cli.suggestions}>
      {suggestions.map(({ insert, label, note }, i) => (
        <li
          key={insert}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === selected}
          // The line keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => line.accept(i)}
        >
          <code>{showHidden(label)}</code>
          <span>{note}</span>
        </li>
      ))}
    </ul>
  );
}

interface HelpProps {
  readonly assist: Assist;
  readonly problem: string | undefined;
  readonly hasNoManual: boolean;
}

/** A line of what the command takes, or what is wrong with what is typed. */
function Help({ assist: { facts, syntax }, problem, hasNoManual }: HelpProps) {
  if (problem !== undefined) return <p class="cli-help problem">{problem}</p>;
  if (facts === undefined) return <p class="cli-help">{hasNoManual ? TEXTS.cli.noManual : ""}</p>;
  return (
    <p class="cli-help">
      <code>
        <b>{facts.name}</b> {syntax.map(({ isCurrent, text }, i) => (isCurrent ? <mark key={i}>{text}</mark> : text))}
      </code>
      <span class="cli-summary">{[facts.summary, facts.complexity].filter((text) => text !== "").join(" ")}</span>
    </p>
  );
}
