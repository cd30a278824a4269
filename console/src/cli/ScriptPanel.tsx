/** A script with its keys and arguments, or a function of the server to call, and what it answered. */
import { useEffect, useRef, useState } from "preact/hooks";
import { explain } from "../app/session.ts";
import { showHidden } from "../app/show-hidden.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { CodeEditor } from "../ui/code-editor.tsx";
import { Button, Empty, Field, Problem, Select } from "../ui/controls.tsx";
import type { CliSession } from "./cli-session.ts";
import { copied } from "./CopyDialog.tsx";
import { ReplyView } from "./EntryView.tsx";
import { errorLine, functionLabel, functionsOf, scriptCommand } from "./script.ts";
import type { ScriptDraft, ServerFunction } from "./script.ts";

export function ScriptPanel({ session }: { readonly session: CliSession }) {
  const texts = TEXTS.cli.script;
  const draft = session.script.value;
  const { functions, problem } = useFunctions(session);
  const { isRunning, outcome, run, stop } = useRun(session);
  const change = (changes: Partial<ScriptDraft>): void => {
    session.script.value = { ...session.script.value, ...changes };
  };
  const command = scriptCommand(draft);
  const start = (): void => {
    const current = scriptCommand(session.script.value);
    if (current !== undefined) run(current, session.script.value);
  };
  return (
    <div class="cli-script">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <Subject draft={draft} functions={functions} onChange={change} />
        {problem !== undefined && <p class="hint">{texts.functionsFailed(problem)}</p>}
        {draft.functionName === undefined && (
          <CodeEditor
            label={texts.editor}
            language="lua"
            height="260px"
            value={draft.source}
            onChange={(source) => change({ source })}
            onSubmit={start}
          />
        )}
        <Words label={texts.keys} value={draft.keys} onChange={(keys) => change({ keys })} />
        <Words label={texts.argv} value={draft.args} onChange={(args) => change({ args })} />
        <label class="cli-check">
          <input
            type="checkbox"
            checked={draft.isReadOnly}
            onChange={(event) => change({ isReadOnly: event.currentTarget.checked })}
          />
          {texts.readOnly}
        </label>
        <div class="cli-script-buttons">
          <Button type="submit" look="primary" icon="play" disabled={isRunning || command === undefined}>
            {texts.run}
          </Button>
          {isRunning && (
            <Button icon="stop" onClick={stop}>
              {TEXTS.cli.stop}
            </Button>
          )}
          {command !== undefined && (
            <Button icon="copy" onClick={() => (copied.value = [command])}>
              {TEXTS.cli.copyAs}
            </Button>
          )}
        </div>
      </form>
      <Outcome session={session} outcome={outcome} />
    </div>
  );
}

interface SubjectProps {
  readonly draft: ScriptDraft;
  readonly functions: readonly ServerFunction[];
  readonly onChange: (changes: Partial<ScriptDraft>) => void;
}

/** The script, or one of the functions. */
function Subject({ draft, functions, onChange }: SubjectProps) {
  const texts = TEXTS.cli.script;
  const at = functions.findIndex(({ name }) => name === draft.functionName);
  const called = functions[at];
  return (
    <div class="cli-subject">
      <Select
        label={texts.what}
        options={[
          { value: "", label: texts.ownScript },
          ...functions.map((one, i) => ({ value: String(i), label: showHidden(functionLabel(one)) })),
        ]}
        value={at < 0 ? "" : String(at)}
        onSelect={(value) => onChange({ functionName: value === "" ? undefined : functions[Number(value)]!.name })}
      />
      {called !== undefined && <span class="hint">{texts.functionHint(showHidden(called.library))}</span>}
    </div>
  );
}

interface WordsProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function Words({ label, value, onChange }: WordsProps) {
  return (
    <Field label={label} hint={TEXTS.cli.script.words}>
      {(attributes) => (
        <input
          {...attributes}
          class="input mono"
          value={value}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** The server's functions, or why they cannot be listed. */
function useFunctions({ client }: CliSession): { functions: readonly ServerFunction[]; problem: string | undefined } {
  const [functions, setFunctions] = useState<readonly ServerFunction[]>([]);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    client.command("FUNCTION LIST").then(
      (reply) => setFunctions(functionsOf(reply)),
      (error: unknown) => setProblem(explain(error)),
    );
  }, []);
  return { functions, problem };
}

interface ScriptOutcome {
  /** The script that ran: what is in the editor may be another by now. */
  readonly source: string;
  readonly reply?: Reply;
  readonly problem?: string;
  readonly ms: number;
}

interface Running {
  readonly isRunning: boolean;
  readonly outcome: ScriptOutcome | undefined;
  readonly run: (command: readonly string[], draft: ScriptDraft) => void;
  readonly stop: () => void;
}

function useRun({ client }: CliSession): Running {
  const [outcome, setOutcome] = useState<ScriptOutcome>();
  const [isRunning, setRunning] = useState(false);
  const waiting = useRef<AbortController>(undefined);
  const run = (command: readonly string[], { source }: ScriptDraft): void => {
    const own = new AbortController();
    waiting.current?.abort();
    waiting.current = own;
    setRunning(true);
    const from = performance.now();
    const show = (shown: { reply?: Reply; problem?: string }): void => {
      if (waiting.current !== own) return;
      setOutcome({ ...shown, source, ms: performance.now() - from });
      setRunning(false);
    };
    client.ask(command, { signal: own.signal }).then(
      (reply) => show({ reply }),
      (error: unknown) => show({ problem: own.signal.aborted ? TEXTS.cli.stopped : explain(error) }),
    );
  };
  return { isRunning, outcome, run, stop: () => waiting.current?.abort() };
}

interface OutcomeProps {
  readonly session: CliSession;
  readonly outcome: ScriptOutcome | undefined;
}

function Outcome({ session, outcome }: OutcomeProps) {
  const texts = TEXTS.cli.script;
  return (
    <section class="cli-outcome" aria-label={texts.result} aria-live="polite">
      <h2>{texts.result}</h2>
      {outcome === undefined && <Empty>{texts.noResult}</Empty>}
      {outcome?.problem !== undefined && <Problem text={showHidden(outcome.problem)} />}
      {outcome?.reply !== undefined && (
        <>
          <ReplyView reply={outcome.reply} format={session.format.value} />
          <FailedLine reply={outcome.reply} source={outcome.source} />
          <p class="hint">{TEXTS.cli.took(outcome.ms)}</p>
        </>
      )}
    </section>
  );
}

/** The line of the script that the error names, with its neighbours. */
function FailedLine({ reply, source }: { readonly reply: Reply; readonly source: string }) {
  const line = reply.kind === "error" ? errorLine(reply.text) : undefined;
  const lines = source.split("\n");
  if (line === undefined || line > lines.length) return null;
  const first = Math.max(0, line - 3);
  return (
    <>
      <p>{TEXTS.cli.script.failedAt(line)}</p>
      <pre class="cli-excerpt">
        {lines.slice(first, line + 2).map((text, i) => {
          const shown = `${String(first + i + 1).padStart(4)}  ${showHidden(text)}\n`;
          return first + i + 1 === line ? <mark key={i}>{shown}</mark> : shown;
        })}
      </pre>
    </>
  );
}
