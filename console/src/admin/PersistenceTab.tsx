/** Whether and how the data is kept; saved now; taken out as a file, and in from one. */
import { useEffect, useRef, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { showHidden } from "../app/show-hidden.ts";
import { fromText, toText } from "../client/bytes.ts";
import { textOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Field, Problem, Progress } from "../ui/controls.tsx";
import { saveFile } from "../ui/save.ts";
import { complain, say } from "../ui/toasts.tsx";
import { exportJsonLines, exportRdb } from "./export-keys.ts";
import type { ExportResult } from "./export-keys.ts";
import { importFile } from "./import-keys.ts";
import type { ImportResult } from "./import-keys.ts";
import { parseInfo } from "./info.ts";
import { useLoaded } from "./loaded.ts";
import { Card, Facts, TextInput } from "./parts.tsx";
import { persistenceFacts } from "./persistence.ts";

export function PersistenceTab() {
  return (
    <>
      <StateCard />
      <ExportCard />
      <ImportCard />
    </>
  );
}

function StateCard() {
  const { client, rights } = theSession();
  const texts = TEXTS.admin.persistence;
  const { data, problem, reload } = useLoaded(async () => {
    const [section] = parseInfo(textOf(await client.command("INFO persistence")));
    return new Map(section?.fields);
  });
  const start = (command: string): void => {
    client.command(command).then(
      (reply) => {
        say(textOf(reply));
        reload();
      },
      (error: unknown) => complain(explain(error)),
    );
  };
  return (
    <Card title={texts.title} onReload={reload} problem={problem}>
      {data !== undefined && (
        <>
          <ul>
            {persistenceFacts(data, Date.now()).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <details>
            <summary>{texts.fields}</summary>
            <Facts facts={[...data]} />
          </details>
        </>
      )}
      {rights.mayWrite && (
        <div class="admin-buttons">
          <Button onClick={() => start("BGSAVE")}>{texts.save}</Button>
          <Button onClick={() => start("BGREWRITEAOF")}>{texts.rewrite}</Button>
        </div>
      )}
    </Card>
  );
}

function ExportCard() {
  const { client } = theSession();
  const texts = TEXTS.admin.persistence;
  const [pattern, setPattern] = useState("");
  const [progress, setProgress] = useState<{ done: number; total: number }>();
  const [result, setResult] = useState<ExportResult>();
  const { isRunning, problem, run, stop } = useRun();
  const start = (make: typeof exportRdb, name: string): void =>
    run(async (signal) => {
      setResult(undefined);
      setProgress({ done: 0, total: 0 });
      const glob = pattern === "" ? undefined : fromText(pattern);
      const made = await make(client, { pattern: glob, signal, onProgress: setProgress });
      setResult(made);
      saveFile(name, new Uint8Array(await made.file.arrayBuffer()), "application/octet-stream");
    });
  return (
    <Card title={texts.exportTitle}>
      <p class="hint">{texts.exportHint}</p>
      <Field label={texts.pattern}>
        {(attributes) => <TextInput {...attributes} value={pattern} placeholder="*" onText={setPattern} />}
      </Field>
      <div class="admin-buttons">
        <Button icon="download" disabled={isRunning} onClick={() => start(exportRdb, texts.fileName)}>
          {texts.exportRdb}
        </Button>
        <Button icon="download" disabled={isRunning} onClick={() => start(exportJsonLines, texts.linesName)}>
          {texts.exportLines}
        </Button>
        {isRunning && (
          <Button icon="stop" onClick={stop}>
            {texts.stop}
          </Button>
        )}
      </div>
      {isRunning && progress !== undefined && (
        <Progress label={texts.exported(progress.done, progress.total)} {...progress} />
      )}
      {result !== undefined && <p role="status">{texts.exportDone(result.keys, result.failed.length)}</p>}
      {problem !== undefined && <Problem text={showHidden(problem)} />}
      <Failures list={(result?.failed ?? []).map(([key, reason]) => `${toText(key)}: ${reason}`)} />
    </Card>
  );
}

function ImportCard() {
  const { client, rights } = theSession();
  const texts = TEXTS.admin.persistence;
  const [file, setFile] = useState<File>();
  const [replaces, setReplaces] = useState(false);
  const [bytes, setBytes] = useState(0);
  const [result, setResult] = useState<ImportResult>();
  const { isRunning, problem, run, stop } = useRun();
  if (!rights.mayWrite) return null;
  const start = (chosen: File): void =>
    run(async (signal) => {
      setResult(undefined);
      setBytes(0);
      setResult(await importFile(client, chosen, { replaces, signal, nowMs: Date.now(), onProgress: setBytes }));
    });
  return (
    <Card title={texts.importTitle}>
      <p class="hint">{texts.importHint}</p>
      <Field label={texts.file}>
        {(attributes) => (
          <input
            {...attributes}
            type="file"
            accept=".rdb,.jsonl,.ndjson,.json"
            onChange={(event) => setFile(event.currentTarget.files?.[0])}
          />
        )}
      </Field>
      <label class="admin-check">
        <input type="checkbox" checked={replaces} onChange={(event) => setReplaces(event.currentTarget.checked)} />
        {texts.replaces}
      </label>
      <div class="admin-buttons">
        <Button icon="upload" disabled={isRunning || file === undefined} onClick={() => start(file!)}>
          {texts.import}
        </Button>
        {isRunning && (
          <Button icon="stop" onClick={stop}>
            {texts.stop}
          </Button>
        )}
      </div>
      {isRunning && file !== undefined && (
        <Progress label={texts.importing(bytes, file.size)} done={bytes} total={file.size} />
      )}
      {result !== undefined && <p role="status">{texts.importDone(result)}</p>}
      {problem !== undefined && <Problem text={showHidden(problem)} />}
      <Failures
        list={(result?.failed ?? []).map(([place, reason]) =>
          typeof place === "number" ? texts.failedLine(place, reason) : `${toText(place)}: ${reason}`,
        )}
      />
    </Card>
  );
}

interface Run {
  readonly isRunning: boolean;
  readonly problem: string | undefined;
  readonly run: (work: (signal: AbortSignal) => Promise<void>) => void;
  readonly stop: () => void;
}

/** Something that takes its time, one at a time, and can be stopped. It ends with the tab. */
function useRun(): Run {
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<string>();
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);
  const run = (work: (signal: AbortSignal) => Promise<void>): void => {
    const controller = new AbortController();
    current.current = controller;
    setProblem(undefined);
    setRunning(true);
    work(controller.signal)
      .catch((error: unknown) => {
        setProblem(controller.signal.aborted ? TEXTS.admin.persistence.stopped : explain(error));
      })
      .finally(() => setRunning(false));
  };
  return { isRunning, problem, run, stop: () => current.current?.abort() };
}

/** Failures that are listed; the number of all of them is told. */
const FAILED_SHOWN = 50;

function Failures({ list }: { readonly list: readonly string[] }) {
  return (
    <ul class="admin-failures">
      {list.slice(0, FAILED_SHOWN).map((text, i) => (
        <li key={i}>{showHidden(text)}</li>
      ))}
    </ul>
  );
}
