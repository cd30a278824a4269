/** Makes or changes a user, by simple controls and by the rules themselves. */
import { useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import { showHidden } from "../app/show-hidden.ts";
import { fromText, toText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { textOf } from "../client/reply.ts";
import { splitCommands } from "../client/split.ts";
import { TEXTS } from "../texts.ts";
import { Button, Field, Select } from "../ui/controls.tsx";
import { FormDialog } from "../ui/dialog.tsx";
import { PRESETS, rulesOfForm, shownRules } from "./acl.ts";
import type { AclUser, Preset } from "./acl.ts";
import { TextInput } from "./parts.tsx";

interface UserDialogProps {
  /** The user to change; undefined for a new one. */
  readonly user: AclUser | undefined;
  readonly onClose: () => void;
}

interface Draft {
  readonly name: string;
  readonly isOn: boolean;
  readonly preset: Preset;
  readonly keys: string;
  readonly channels: string;
  readonly password: string;
  readonly more: string;
}

function draftOf(user: AclUser | undefined): Draft {
  if (user === undefined) {
    return { name: "", isOn: true, preset: "read", keys: "*", channels: "", password: "", more: "" };
  }
  const { channels, isOn, keys } = user;
  return { name: "", isOn, preset: "keep", keys: keys.join(" "), channels: channels.join(" "), password: "", more: "" };
}

const wordsOf = (text: string): ByteString[] | undefined => {
  const { commands, problem } = splitCommands(text);
  return problem === undefined ? commands.flatMap(({ words }) => words.map(({ bytes }) => bytes)) : undefined;
};

export function UserDialog({ user, onClose }: UserDialogProps) {
  const texts = TEXTS.admin.userDialog;
  const [first] = useState(() => draftOf(user));
  const [draft, setDraft] = useState(first);
  const change = (changes: Partial<Draft>): void => setDraft((last) => ({ ...last, ...changes }));
  const rules = rulesOfDraft(draft, first, user === undefined);
  const name = user?.name ?? fromText(draft.name.trim());
  const shown = user === undefined ? draft.name : toText(user.name);
  return (
    <FormDialog
      title={user === undefined ? texts.create : texts.edit(showHidden(shown))}
      verb={user === undefined ? texts.createVerb : texts.saveVerb}
      canSubmit={rules !== undefined && name !== ""}
      onClose={onClose}
      onSubmit={async () => void (await theSession().client.send(["ACL", "SETUSER", name, ...rules!]))}
    >
      {user === undefined && (
        <Field label={texts.name}>
          {(attributes) => <TextInput {...attributes} value={draft.name} onText={(text) => change({ name: text })} />}
        </Field>
      )}
      <label class="admin-check">
        <input
          type="checkbox"
          checked={draft.isOn}
          onChange={(event) => change({ isOn: event.currentTarget.checked })}
        />
        {texts.isOn}
      </label>
      <Select
        label={texts.preset}
        options={PRESETS.filter((one) => user !== undefined || one !== "keep").map((value) => ({
          value,
          label: texts.presets[value],
        }))}
        value={draft.preset}
        onSelect={(preset) => change({ preset })}
      />
      <Patterns label={texts.keys} hint={texts.keysHint} value={draft.keys} onText={(keys) => change({ keys })} />
      <Patterns
        label={texts.channels}
        hint={texts.channelsHint}
        value={draft.channels}
        onText={(channels) => change({ channels })}
      />
      <Password value={draft.password} onText={(password) => change({ password })} />
      <Patterns label={texts.more} hint={texts.moreHint} value={draft.more} onText={(more) => change({ more })} />
      <p class="hint pre-wrap mono">
        {rules === undefined ? texts.badQuote : showHidden(`ACL SETUSER ${shown} ${shownRules(rules)}`)}
      </p>
    </FormDialog>
  );
}

/** The rules of what was changed; all of them for a new user. Undefined where a quote is not closed. */
function rulesOfDraft(draft: Draft, first: Draft, isNew: boolean): ByteString[] | undefined {
  const [keys, channels, more] = [draft.keys, draft.channels, draft.more].map(wordsOf);
  if (keys === undefined || channels === undefined || more === undefined) return undefined;
  return rulesOfForm({
    isOn: isNew || draft.isOn !== first.isOn ? draft.isOn : undefined,
    preset: draft.preset,
    keys: isNew || draft.keys !== first.keys ? keys : undefined,
    channels: isNew || draft.channels !== first.channels ? channels : undefined,
    password: fromText(draft.password),
    more,
  });
}

interface PatternsProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onText: (text: string) => void;
}

function Patterns({ label, hint, value, onText }: PatternsProps) {
  return (
    <Field label={label} hint={hint}>
      {(attributes) => <TextInput {...attributes} value={value} onText={onText} />}
    </Field>
  );
}

function Password({ value, onText }: { readonly value: string; readonly onText: (text: string) => void }) {
  const texts = TEXTS.admin.userDialog;
  const generate = (): void => {
    theSession()
      .client.command("ACL GENPASS")
      .then(
        (reply) => onText(textOf(reply)),
        // A user who may not ask for one: the browser has good randomness, too.
        () =>
          onText(
            Array.from(crypto.getRandomValues(new Uint32Array(8)), (n) => n.toString(16).padStart(8, "0")).join(""),
          ),
      );
  };
  return (
    <div class="admin-password">
      <Field label={texts.password} hint={texts.passwordHint}>
        {(attributes) => <TextInput {...attributes} value={value} onText={onText} />}
      </Field>
      <Button onClick={generate}>{texts.generate}</Button>
    </div>
  );
}
