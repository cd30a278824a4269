/** The server: INFO with what its fields mean, the configuration, and what the server says of its memory. */
import { useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import { showHidden } from "../app/show-hidden.ts";
import { fromText } from "../client/bytes.ts";
import { pairsOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, Field } from "../ui/controls.tsx";
import { FormDialog } from "../ui/dialog.tsx";
import { say } from "../ui/toasts.tsx";
import { parseInfo } from "./info.ts";
import { useLoaded } from "./loaded.ts";
import { Card, Facts, TextInput } from "./parts.tsx";

export function ServerTab() {
  return (
    <>
      <InfoCard />
      <ConfigCard />
      <MemoryCard />
    </>
  );
}

function InfoCard() {
  const { client } = theSession();
  const texts = TEXTS.admin.server;
  const [filter, setFilter] = useState("");
  const { data, problem, reload } = useLoaded(async () => parseInfo(textOf(await client.command("INFO"))));
  const wanted = filter.toLowerCase();
  return (
    <Card title={texts.info} onReload={reload} problem={problem}>
      {data !== undefined && (
        <TextInput aria-label={texts.filterInfo} placeholder={texts.filterInfo} value={filter} onText={setFilter} />
      )}
      {data?.map(({ fields, section }) => {
        const found = fields.filter(([name, value]) => `${name}:${value}`.toLowerCase().includes(wanted));
        if (found.length === 0) return null;
        return (
          <details key={section} open={wanted !== "" || section === "Server"}>
            <summary>{section}</summary>
            <Facts facts={found.map(([name, value]) => withNote(name, value, texts.notes))} />
          </details>
        );
      })}
    </Card>
  );
}

function withNote(
  name: string,
  value: string,
  notes: Readonly<Record<string, string>>,
): readonly [string, string, string?] {
  return Object.hasOwn(notes, name) ? [name, value, notes[name]!] : [name, value];
}

function ConfigCard() {
  const { client, rights } = theSession();
  const texts = TEXTS.admin.server;
  const [filter, setFilter] = useState("");
  const [edited, setEdited] = useState<readonly [name: string, value: string]>();
  const { data, problem, reload } = useLoaded(async () =>
    pairsOf(await client.command("CONFIG GET *"))
      .map(([name, value]) => [textOf(name), textOf(value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const found = data?.filter(([name, value]) => `${name} ${value}`.toLowerCase().includes(filter.toLowerCase()));
  return (
    <Card title={texts.config} onReload={reload} problem={problem}>
      {data !== undefined && (
        <TextInput aria-label={texts.filterConfig} placeholder={texts.filterConfig} value={filter} onText={setFilter} />
      )}
      {found?.length === 0 && <Empty>{texts.noConfig}</Empty>}
      <dl class="admin-facts">
        {found?.map(([name, value]) => (
          <div key={name}>
            <dt>{showHidden(name)}</dt>
            <dd>
              <span class="mono">{value === "" ? texts.empty : showHidden(value)}</span>
              {rights.mayWrite && (
                <Button aria-label={texts.change(name)} onClick={() => setEdited([name, value])}>
                  {texts.changeVerb}
                </Button>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {edited !== undefined && (
        <ConfigDialog
          name={edited[0]}
          value={edited[1]}
          onClose={() => {
            setEdited(undefined);
            reload();
          }}
        />
      )}
    </Card>
  );
}

interface ConfigDialogProps {
  readonly name: string;
  readonly value: string;
  readonly onClose: () => void;
}

function ConfigDialog({ name, onClose, value }: ConfigDialogProps) {
  const [text, setText] = useState(value);
  const texts = TEXTS.admin.server;
  return (
    <FormDialog
      title={texts.change(name)}
      verb={texts.changeVerb}
      canSubmit={text !== value}
      onClose={onClose}
      onSubmit={async () => {
        await theSession().client.send(["CONFIG", "SET", fromText(name), fromText(text)]);
        say(texts.changed(name));
      }}
    >
      <Field label={texts.value} hint={texts.valueHint}>
        {(attributes) => <TextInput {...attributes} value={text} onText={setText} />}
      </Field>
    </FormDialog>
  );
}

function MemoryCard() {
  const { client } = theSession();
  const texts = TEXTS.admin.server;
  const doctor = useLoaded(async () => textOf(await client.command("MEMORY DOCTOR")));
  const stats = useLoaded(async () =>
    pairsOf(await client.command("MEMORY STATS")).map(([name, value]) => [textOf(name), valueText(value)] as const),
  );
  const reload = (): void => {
    doctor.reload();
    stats.reload();
  };
  return (
    <Card title={texts.memory} onReload={reload} problem={doctor.problem ?? stats.problem}>
      {doctor.data !== undefined && <p class="pre-wrap">{showHidden(doctor.data.trim())}</p>}
      {stats.data !== undefined && (
        <details>
          <summary>{texts.memoryStats}</summary>
          <Facts facts={stats.data} />
        </details>
      )}
    </Card>
  );
}

/** MEMORY STATS nests pairs for each database. */
const valueText = (reply: Reply): string =>
  reply.kind === "array"
    ? pairsOf(reply)
        .map(([name, value]) => `${textOf(name)} ${valueText(value)}`)
        .join(", ")
    : textOf(reply);
