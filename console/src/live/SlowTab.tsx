/** The slow log: which commands took long, and from what time on they are noted. */
import { useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import { fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, numberOf, stringOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Bytes } from "../ui/bytes.tsx";
import { Button, Empty, Field, IconButton, Problem } from "../ui/controls.tsx";
import { confirm, FormDialog } from "../ui/dialog.tsx";
import { say } from "../ui/toasts.tsx";
import { formatValue } from "./chart-list.ts";
import { live } from "./live.ts";
import { useReading } from "./use-reading.ts";
import { LiveTable } from "./LiveTable.tsx";

interface SlowCommand {
  readonly id: number;
  readonly atS: number;
  readonly us: number;
  readonly words: readonly ByteString[];
  readonly client: string;
  readonly name: string;
}

/** Entries that are asked for: the server keeps slowlog-max-len of them. */
const ENTRIES_MAX = 500;

function slowCommand(reply: Reply): SlowCommand {
  const [id, at, us, words, client, name] = itemsOf(reply);
  return {
    id: numberOf(id!),
    atS: numberOf(at!),
    us: numberOf(us!),
    words: itemsOf(words!).map(stringOf),
    client: client === undefined ? "" : textOf(client),
    name: name === undefined ? "" : textOf(name),
  };
}

export function SlowTab() {
  const { client } = live();
  const { mayWrite } = theSession().rights;
  const { problem, read, value } = useReading(async () =>
    itemsOf(await client.command(`SLOWLOG GET ${ENTRIES_MAX}`)).map(slowCommand),
  );
  const reset = (): void =>
    confirm({
      title: TEXTS.live.resetSlow,
      text: TEXTS.live.resetSlowText,
      verb: TEXTS.live.resetSlow,
      act: async () => {
        await client.command("SLOWLOG RESET");
        read();
      },
    });
  return (
    <div class="live-page">
      <div class="live-tools">
        <Threshold name="slowlog-log-slower-than" unit="µs" text={TEXTS.live.slowThreshold} />
        <span class="grow" />
        <IconButton icon="refresh" label={TEXTS.app.refresh} onClick={read} />
        {mayWrite && problem === undefined && (
          <Button icon="trash" onClick={reset}>
            {TEXTS.live.resetSlow}
          </Button>
        )}
      </div>
      {problem !== undefined && <Problem text={problem} />}
      {value !== undefined && value.length === 0 && <Empty>{TEXTS.live.noSlow}</Empty>}
      {value !== undefined && value.length > 0 && <SlowTable commands={value} />}
    </div>
  );
}

function SlowTable({ commands }: { readonly commands: readonly SlowCommand[] }) {
  return (
    <div class="live-scroll">
      <LiveTable titles={TEXTS.live.slowColumns}>
        {commands.map(({ atS, client, id, name, us, words }) => (
          <tr key={id}>
            <td class="nowrap">{TEXTS.live.when(atS)}</td>
            <td>{formatValue(us / 1000, "ms")}</td>
            <td class="left mono words">
              {words.map((word, i) => (
                <span key={i} class="word">
                  <Bytes bytes={word} bytesMax={200} />
                </span>
              ))}
            </td>
            <td class="left">{`${client} ${name}`}</td>
          </tr>
        ))}
      </LiveTable>
    </div>
  );
}

interface ThresholdProps {
  /** The parameter. */
  readonly name: string;
  readonly unit: string;
  /** What it means, by its value; undefined for one that the user may not see. */
  readonly text: (value: number) => string;
}

/** A parameter that says from what time on something is noted, and a way to change it. */
export function Threshold({ name, text, unit }: ThresholdProps) {
  const { client } = live();
  const { mayWrite } = theSession().rights;
  const [isEdited, setEdited] = useState(false);
  const [typed, setTyped] = useState("");
  const { problem, read, value } = useReading(async () =>
    numberOf(itemsOf(await client.command(`CONFIG GET ${name}`))[1]!),
  );
  if (problem !== undefined) return <p class="hint">{problem}</p>;
  if (value === undefined) return null;
  const save = async (): Promise<void> => {
    await client.command(`CONFIG SET ${name}`, fromText(typed));
    say(TEXTS.live.thresholdSet(name, typed));
    read();
  };
  return (
    <>
      <p class="hint">{text(value)}</p>
      {mayWrite && (
        <IconButton
          icon="edit"
          label={TEXTS.live.editThreshold(name)}
          onClick={() => {
            setTyped(String(value));
            setEdited(true);
          }}
        />
      )}
      {isEdited && (
        <FormDialog title={name} verb={TEXTS.live.setThreshold} onClose={() => setEdited(false)} onSubmit={save}>
          <Field label={TEXTS.live.thresholdLabel(unit)} hint={TEXTS.live.thresholdHints[name]!}>
            {(attributes) => (
              <input
                {...attributes}
                class="input"
                type="number"
                required
                value={typed}
                onInput={(event) => setTyped(event.currentTarget.value)}
              />
            )}
          </Field>
        </FormDialog>
      )}
    </>
  );
}
