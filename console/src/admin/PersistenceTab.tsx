/** Whether and how the data is kept; saved now; taken out as a file. */
import { useRef, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { showHidden } from "../app/show-hidden.ts";
import { fromText, toText } from "../client/bytes.ts";
import { textOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Field, Problem, Progress } from "../ui/controls.tsx";
import { saveFile } from "../ui/save.ts";
import { complain, say } from "../ui/toasts.tsx";
import { exportRdb } from "./export-keys.ts";
import type { ExportResult } from "./export-keys.ts";
import { parseInfo } from "./info.ts";
import { useLoaded } from "./loaded.ts";
import { Card, Facts, TextInput } from "./parts.tsx";
import { persistenceFacts } from "./persistence.ts";

export function PersistenceTab() {
  return (
    <>
      <StateCard />
      <ExportCard />
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
  const [problem, setProblem] = useState<string>();
  const running = useRef<AbortController>(undefined);
  const start = async (): Promise<void> => {
    running.current = new AbortController();
    const { signal } = running.current;
    setProblem(undefined);
    setResult(undefined);
    setProgress({ done: 0, total: 0 });
    try {
      const glob = pattern === "" ? undefined : fromText(pattern);
      const made = await exportRdb(client, { pattern: glob, signal, onProgress: setProgress });
      setResult(made);
      saveFile(texts.fileName, new Uint8Array(await made.file.arrayBuffer()), "application/octet-stream");
    } catch (error) {
      setProblem(signal.aborted ? texts.stopped : explain(error));
    } finally {
      setProgress(undefined);
    }
  };
  return (
    <Card title={texts.exportTitle}>
      <p class="hint">{texts.exportHint}</p>
      <Field label={texts.pattern}>
        {(attributes) => <TextInput {...attributes} value={pattern} placeholder="*" onText={setPattern} />}
      </Field>
      <div class="admin-buttons">
        <Button icon="download" disabled={progress !== undefined} onClick={() => void start()}>
          {texts.exportRdb}
        </Button>
        {progress !== undefined && (
          <Button icon="stop" onClick={() => running.current?.abort()}>
            {texts.stop}
          </Button>
        )}
      </div>
      {progress !== undefined && <Progress label={texts.exported(progress.done, progress.total)} {...progress} />}
      {result !== undefined && <p role="status">{texts.exportDone(result.keys, result.failed.length)}</p>}
      {problem !== undefined && <Problem text={showHidden(problem)} />}
      {result?.failed.slice(0, FAILED_SHOWN).map(([key, reason]) => (
        <p key={key} class="hint mono">
          {showHidden(`${toText(key)}: ${reason}`)}
        </p>
      ))}
    </Card>
  );
}

/** Failures that are listed; the number of all of them is told. */
const FAILED_SHOWN = 50;
