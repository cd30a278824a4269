/** Asks for other names: of one key, of its copy, or of many keys that begin alike. */
import { useState } from "preact/hooks";
import { goTo, place } from "../app/route.ts";
import { theSession } from "../app/session.ts";
import { fromText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { FormDialog } from "../ui/dialog.tsx";
import { say } from "../ui/toasts.tsx";
import { nameText } from "../ui/visible.ts";
import { runOnKeys } from "./jobs.ts";
import { keyListOf } from "./key-list.ts";
import { NameField } from "./NameField.tsx";
import { parseName, typedName } from "./typed-names.ts";

interface OneProps {
  readonly name: ByteString;
  readonly onClose: () => void;
}

export function RenameDialog(props: OneProps) {
  return <NewNameDialog {...props} title={TEXTS.keys.renameTitle} verb={TEXTS.keys.rename} act={renameKey} />;
}

export function DuplicateDialog(props: OneProps) {
  return <NewNameDialog {...props} title={TEXTS.keys.duplicateTitle} verb={TEXTS.keys.duplicate} act={duplicateKey} />;
}

interface NewNameProps extends OneProps {
  readonly title: string;
  readonly verb: string;
  readonly act: (from: ByteString, to: ByteString, isReplacing: boolean) => Promise<void>;
}

function NewNameDialog({ name, onClose, title, verb, act }: NewNameProps) {
  const [text, setText] = useState(() => typedName(name));
  const [isReplacing, setReplacing] = useState(false);
  const to = parseName(text);
  return (
    <FormDialog
      title={title}
      verb={verb}
      canSubmit={to !== name}
      onClose={onClose}
      onSubmit={() => act(name, to, isReplacing)}
    >
      <NameField label={TEXTS.keys.newName} hint={TEXTS.keys.nameHint} text={text} onChange={setText} />
      <label class="choice">
        <input type="checkbox" checked={isReplacing} onChange={(event) => setReplacing(event.currentTarget.checked)} />
        {TEXTS.keys.overwrite}
      </label>
    </FormDialog>
  );
}

async function renameKey(from: ByteString, to: ByteString, isReplacing: boolean): Promise<void> {
  const { client } = theSession();
  const reply = await client.send([fromText(isReplacing ? "RENAME" : "RENAMENX"), from, to]);
  if (reply.kind === "integer" && numberOf(reply) === 0) throw new Error(TEXTS.keys.nameTaken);
  const list = keyListOf(client);
  list.changed([from, to]);
  await list.remove([from]);
  await list.add([to]);
  if (place.value.words[0] === from) goTo("keys", to);
  say(TEXTS.keys.renamed(nameText(to)));
}

async function duplicateKey(from: ByteString, to: ByteString, isReplacing: boolean): Promise<void> {
  const { client } = theSession();
  const reply = await client.send([fromText("COPY"), from, to, ...(isReplacing ? [fromText("REPLACE")] : [])]);
  if (numberOf(reply) === 0) throw new Error(TEXTS.keys.nameTaken);
  const list = keyListOf(client);
  list.changed([to]);
  await list.add([to]);
  goTo("keys", to);
  say(TEXTS.keys.duplicated(nameText(to)));
}

interface PrefixProps {
  readonly names: readonly ByteString[];
  readonly onClose: () => void;
}

/** Renames many keys by another beginning of their names. */
export function PrefixDialog({ names, onClose }: PrefixProps) {
  const [from, setFrom] = useState(() => typedName(sharedBeginning(names)));
  const [to, setTo] = useState(from);
  const [old, fresh] = [parseName(from), parseName(to)];
  const first = names.find((name) => name.startsWith(old));
  return (
    <FormDialog
      title={TEXTS.keys.prefixTitle(names.length)}
      verb={TEXTS.keys.rename}
      canSubmit={old !== fresh && first !== undefined}
      onClose={onClose}
      onSubmit={async () =>
        renameMany(
          names.filter((name) => name.startsWith(old)),
          old.length,
          fresh,
        )
      }
    >
      <NameField label={TEXTS.keys.prefixFrom} hint={TEXTS.keys.prefixHint} text={from} onChange={setFrom} />
      <NameField label={TEXTS.keys.prefixTo} text={to} onChange={setTo} />
      {first !== undefined && (
        <p class="hint pre-wrap">
          {TEXTS.keys.prefixExample(nameText(first), nameText(fresh + first.slice(old.length)))}
        </p>
      )}
    </FormDialog>
  );
}

/** What the first and the last name begin with, and so all between them. */
function sharedBeginning(names: readonly ByteString[]): ByteString {
  const [first, last] = [names[0]!, names.at(-1)!];
  let end = 0;
  while (end < first.length && first[end] === last[end]) end++;
  return names.length === 1 ? first : first.slice(0, end);
}

async function renameMany(names: readonly ByteString[], cut: number, beginning: ByteString): Promise<void> {
  const { client } = theSession();
  const renamed = (name: ByteString): ByteString => beginning + name.slice(cut);
  const { changed } = await runOnKeys(
    client,
    TEXTS.keys.renaming,
    names,
    (name) => [fromText("RENAMENX"), name, renamed(name)],
    (reply) => (numberOf(reply) === 0 ? TEXTS.keys.nameTaken : undefined),
  );
  const list = keyListOf(client);
  const added = changed.map(renamed);
  list.changed([...changed, ...added]);
  await list.remove(changed);
  await list.add(added);
  const open = place.value.words[0];
  if (open !== undefined && changed.includes(open)) goTo("keys", renamed(open));
  say(TEXTS.keys.renamedMany(changed.length));
}
