/** The dialogs about keys, in a part of their own, which is loaded with the first of them. */
import { useState } from "preact/hooks";
import { goTo } from "../app/route.ts";
import { TEXTS } from "../texts.ts";
import { Field } from "../ui/controls.tsx";
import { FormDialog } from "../ui/dialog.tsx";
import { keyDialog } from "./actions.ts";
import type { KeyDialog } from "./actions.ts";
import { ExpiryDialog } from "./ExpiryDialog.tsx";
import { NewKeyDialog } from "./NewKeyDialog.tsx";
import { prefer, preferences } from "./preferences.ts";
import { DuplicateDialog, PrefixDialog, RenameDialog } from "./renaming.tsx";
import { NameField } from "./NameField.tsx";
import { parseName } from "./typed-names.ts";

export function KeyDialogs() {
  const asked = keyDialog.value;
  return asked === undefined ? null : <Asked asked={asked} />;
}

function Asked({ asked }: { readonly asked: KeyDialog }) {
  const onClose = (): void => void (keyDialog.value = undefined);
  switch (asked.kind) {
    case "new":
      return <NewKeyDialog name={asked.name} onClose={onClose} />;
    case "open":
      return <OpenDialog onClose={onClose} />;
    case "options":
      return <OptionsDialog onClose={onClose} />;
    case "expiry":
      return <ExpiryDialog names={asked.names} deadlineMs={asked.deadlineMs} onClose={onClose} />;
    case "rename":
      return <RenameDialog name={asked.name} onClose={onClose} />;
    case "duplicate":
      return <DuplicateDialog name={asked.name} onClose={onClose} />;
    case "prefix":
      return <PrefixDialog names={asked.names} onClose={onClose} />;
  }
}

/** Opens a key that is not in the list, or that may not be listed. */
function OpenDialog({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState("");
  const open = async (): Promise<void> => goTo("keys", parseName(text));
  return (
    <FormDialog title={TEXTS.keys.openByName} verb={TEXTS.keys.open} onClose={onClose} onSubmit={open}>
      <NameField label={TEXTS.keys.name} hint={TEXTS.keys.nameHint} text={text} onChange={setText} />
    </FormDialog>
  );
}

function OptionsDialog({ onClose }: { readonly onClose: () => void }) {
  const [{ separator, hasTtl, hasSize }, setOptions] = useState(preferences.peek());
  const change = (changed: object): void => setOptions((options) => ({ ...options, ...changed }));
  const apply = async (): Promise<void> => prefer({ separator, hasTtl, hasSize });
  return (
    <FormDialog title={TEXTS.keys.options} verb={TEXTS.keys.apply} onClose={onClose} onSubmit={apply}>
      <Field label={TEXTS.keys.separator} hint={TEXTS.keys.separatorHint}>
        {(attributes) => (
          <input
            {...attributes}
            class="input mono"
            maxLength={20}
            spellcheck={false}
            autocomplete="off"
            value={separator}
            onInput={(event) => change({ separator: event.currentTarget.value })}
          />
        )}
      </Field>
      <fieldset class="choices">
        <legend>{TEXTS.keys.columns}</legend>
        <label>
          <input
            type="checkbox"
            checked={hasTtl}
            onChange={(event) => change({ hasTtl: event.currentTarget.checked })}
          />
          {TEXTS.keys.ttl}
        </label>
        <label>
          <input
            type="checkbox"
            checked={hasSize}
            onChange={(event) => change({ hasSize: event.currentTarget.checked })}
          />
          {TEXTS.keys.size}
        </label>
      </fieldset>
    </FormDialog>
  );
}
