/** Asks for a new key: its name, its type, and what is in it first. */
import { useState } from "preact/hooks";
import { goTo } from "../app/route.ts";
import { theSession } from "../app/session.ts";
import type { ByteString } from "../client/bytes.ts";
import { numberOf, ReplyError } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Field, Select } from "../ui/controls.tsx";
import { FormDialog } from "../ui/dialog.tsx";
import { say } from "../ui/toasts.tsx";
import { nameText } from "../ui/visible.ts";
import { keyListOf } from "./key-list.ts";
import { creation, NEW_TYPES, problemOf } from "./new-key.ts";
import type { NewKey, NewType } from "./new-key.ts";
import { parseName, typedName } from "./typed-names.ts";

interface NewKeyDialogProps {
  readonly name?: ByteString | undefined;
  readonly onClose: () => void;
}

const VALUE_LABELS: Readonly<Record<NewType, string>> = {
  string: TEXTS.keys.value,
  hash: TEXTS.keys.value,
  list: TEXTS.keys.firstValue.list,
  set: TEXTS.keys.firstValue.set,
  zset: TEXTS.keys.firstValue.set,
  stream: TEXTS.keys.value,
  json: TEXTS.keys.document,
};

const LABEL_LABELS: Readonly<Partial<Record<NewType, string>>> = {
  hash: TEXTS.keys.field,
  stream: TEXTS.keys.field,
  zset: TEXTS.keys.score,
};

export function NewKeyDialog({ name = "", onClose }: NewKeyDialogProps) {
  const [typed, setTyped] = useState(() => typedName(name));
  const [rest, setRest] = useState<Omit<NewKey, "name">>({ type: "string", label: "", value: "", ttl: "" });
  const change = (changed: Partial<NewKey>): void => setRest((before) => ({ ...before, ...changed }));
  const made: NewKey = { ...rest, name: parseName(typed) };
  const problem = problemOf(made);
  const isTouched = made.value !== "" || made.label !== "";
  return (
    <FormDialog
      title={TEXTS.keys.newTitle}
      verb={TEXTS.keys.create}
      canSubmit={problem === undefined}
      onClose={onClose}
      onSubmit={() => create(made)}
    >
      <TextField label={TEXTS.keys.name} hint={TEXTS.keys.nameHint} value={typed} onChange={setTyped} isMono />
      <div class="field">
        <span class="field-label">{TEXTS.keys.type}</span>
        <Select
          label={TEXTS.keys.type}
          options={NEW_TYPES.map((value) => ({ value, label: TEXTS.keys.types[value]! }))}
          value={made.type}
          onSelect={(type) => change({ type })}
        />
      </div>
      {LABEL_LABELS[made.type] !== undefined && (
        <TextField label={LABEL_LABELS[made.type]!} value={made.label} onChange={(label) => change({ label })} isMono />
      )}
      <Field label={VALUE_LABELS[made.type]} problem={isTouched ? problem : undefined}>
        {(attributes) => (
          <textarea
            {...attributes}
            class="input"
            rows={4}
            spellcheck={false}
            value={made.value}
            onInput={(event) => change({ value: event.currentTarget.value })}
          />
        )}
      </Field>
      <TextField
        label={TEXTS.keys.ttlOptional}
        hint={TEXTS.keys.ttlOptionalHint}
        value={made.ttl}
        onChange={(ttl) => change({ ttl })}
      />
    </FormDialog>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isMono?: boolean;
}

function TextField({ label, hint, value, onChange, isMono = false }: TextFieldProps) {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {(attributes) => (
        <input
          {...attributes}
          class={isMono ? "input mono" : "input"}
          spellcheck={false}
          autocomplete="off"
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Only where there is no key of the name: a value that somebody else has made meanwhile is not touched by SET and JSON.SET. */
async function create(made: NewKey): Promise<void> {
  const { client } = theSession();
  const { name } = made;
  if (numberOf(await client.command("EXISTS", name)) > 0) throw new Error(TEXTS.keys.exists);
  for (const reply of await client.many(creation(made))) {
    if (reply.kind === "error") throw new ReplyError(reply.text);
    if (reply.kind === "null") throw new Error(TEXTS.keys.exists);
  }
  const list = keyListOf(client);
  list.changed([name]);
  await list.add([name]);
  goTo("keys", name);
  say(TEXTS.keys.created(nameText(name)));
}
