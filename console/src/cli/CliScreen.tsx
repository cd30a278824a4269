/** The command line: what was run with its replies, the line to type in, and scripts in a tab of their own. */
import { useEffect, useRef } from "preact/hooks";
import { useActions } from "../app/actions.ts";
import { goTo, place } from "../app/route.ts";
import { theSession } from "../app/session.ts";
import { fromText, toText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, IconButton, Select, Tabs } from "../ui/controls.tsx";
import { saveFile } from "../ui/save.ts";
import { say } from "../ui/toasts.tsx";
import { cliSessionOf } from "./cli-session.ts";
import type { CliSession } from "./cli-session.ts";
import { CommandInput } from "./CommandInput.tsx";
import { CopyDialog, copied } from "./CopyDialog.tsx";
import { DangerDialog } from "./DangerDialog.tsx";
import { EntryView } from "./EntryView.tsx";
import { FORMATS } from "./format.ts";
import { ScriptPanel } from "./ScriptPanel.tsx";
import { sessionText } from "./session-text.ts";

const TABS = ["commands", "script"] as const;

export function CliScreen() {
  const session = cliSessionOf(theSession().client);
  const current = TABS.find((tab) => tab === toText(place.value.words[0] ?? "")) ?? "commands";
  return (
    <section class="cli" aria-label={TEXTS.app.screens.cli}>
      <Tabs
        label={TEXTS.cli.tabs}
        tabs={TABS.map((value) => ({ value, label: TEXTS.cli.tabNames[value] }))}
        current={current}
        onSelect={(tab) => goTo("cli", ...(tab === "commands" ? [] : [fromText(tab)]))}
      />
      {current === "commands" ? <Commands session={session} /> : <ScriptPanel session={session} />}
      <DangerDialog session={session} />
      {copied.value !== undefined && <CopyDialog commands={copied.value} />}
    </section>
  );
}

function Commands({ session }: { readonly session: CliSession }) {
  useEffect(() => void session.loadManual(), []);
  useActions(() => actionsOf(session), [session]);
  return (
    <>
      <Bar session={session} />
      <Log session={session} />
      <CommandInput session={session} />
    </>
  );
}

function actionsOf(session: CliSession) {
  const texts = TEXTS.cli;
  return [
    { id: "cli-clear", title: texts.clear, run: () => session.clear() },
    { id: "cli-export", title: texts.exportSession, run: () => exportSession(session) },
    { id: "cli-forget", title: texts.clearHistory, run: () => forget(session) },
  ];
}

function exportSession(session: CliSession): void {
  saveFile(TEXTS.cli.exportName, sessionText(session.entries.value, session.format.value), "text/plain");
}

function forget(session: CliSession): void {
  session.history.clear();
  say(TEXTS.cli.clearedHistory);
}

function Bar({ session }: { readonly session: CliSession }) {
  const texts = TEXTS.cli;
  return (
    <div class="cli-bar">
      <Select
        label={texts.format}
        options={FORMATS.map((value) => ({ value, label: texts.formats[value] }))}
        value={session.format.value}
        onSelect={(format) => (session.format.value = format)}
      />
      <span class="grow" />
      {session.isRunning.value && (
        <Button icon="stop" onClick={() => session.stop()}>
          {texts.stop}
        </Button>
      )}
      <IconButton icon="download" label={texts.exportSession} onClick={() => exportSession(session)} />
      <IconButton icon="close" label={texts.clear} onClick={() => session.clear()} />
    </div>
  );
}

function Log({ session }: { readonly session: CliSession }) {
  const ref = useRef<HTMLDivElement>(null);
  const entries = session.entries.value;
  // The newest is in sight, also when its reply comes; who reads what is older stays there.
  const isAtEnd = useRef(true);
  useEffect(() => {
    const log = ref.current!;
    if (isAtEnd.current) log.scrollTop = log.scrollHeight;
  }, [entries, session.format.value]);
  const noteScroll = (event: Event): void => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget as HTMLElement;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40;
  };
  const runAgain = (commands: readonly (readonly ByteString[])[]): void => {
    isAtEnd.current = true;
    void session.run(commands);
  };
  return (
    <div ref={ref} class="cli-log" role="log" aria-label={TEXTS.cli.log} tabIndex={0} onScroll={noteScroll}>
      {entries.length === 0 && <Empty>{TEXTS.cli.empty}</Empty>}
      {session.isDropped.value && <p class="hint">{TEXTS.cli.dropped}</p>}
      {entries.map((entry) => (
        <EntryView key={entry.id} entry={entry} format={session.format.value} onAgain={runAgain} />
      ))}
    </div>
  );
}
