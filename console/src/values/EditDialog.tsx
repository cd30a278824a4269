/** The dialog that edits, adds or renames. A conflict is shown with both versions; an error leaves what was typed. */
import { useRef, useState } from "preact/hooks";
import type { ComponentChildren, TargetedSubmitEvent } from "preact";
import { explain } from "../app/session.ts";
import { asText, fromText, toBytes } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Button, Field, Problem } from "../ui/controls.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { complain, say } from "../ui/toasts.tsx";
import { FreeEditor } from "./BytesEditor.tsx";
import type { Outcome } from "./checked-edits.ts";
import { ConflictDialog } from "./ConflictDialog.tsx";
import type { Draft } from "./drafts.ts";
import { formatsOf } from "./formats.ts";
import type { Format, Formats } from "./formats.ts";

export interface EditField {
  /** `bytes` for values, `name` for short ones, `word` for a number or a word of a command. */
  readonly kind: "bytes" | "name" | "word";
  readonly label: string;
  readonly value: Uint8Array;
  readonly hint?: string;
  /** The format to begin with, in place of what the bytes look like. */
  readonly first?: Format;
  /** The one format that it has, where there is no choice. */
  readonly only?: Format;
  /** Among several: not as tall. */
  readonly isLow?: boolean;
}

interface EditDialogProps {
  readonly title: string;
  /** What the button that saves says. */
  readonly verb: string;
  readonly fields: readonly EditField[];
  /** What the person saw, which the server compares. */
  readonly base?: Uint8Array | undefined;
  /** Saves the values of the fields. Answers nothing where there is nothing to compare. */
  readonly save: (values: readonly Uint8Array[], base: Uint8Array | undefined) => Promise<Outcome | undefined>;
  /** Called with what was saved. */
  readonly onDone: (values: readonly Uint8Array[]) => void;
  /** Called when the person takes what others have written in place of what was typed. */
  readonly onTaken?: (theirs: Uint8Array | undefined) => void;
  readonly onClose: () => void;
  /** Shows the values, without a button that saves. */
  readonly isReadOnly?: boolean;
  /** Below the fields. */
  readonly children?: ComponentChildren;
}

/** Tells what a person has to know about an edit that was made. */
export function sayOutcome(outcome: Outcome | undefined): void {
  if (outcome?.kind === "saved" && !outcome.isChecked) complain(TEXTS.values.savedUnchecked);
  else say(TEXTS.values.saved);
}

export function EditDialog(props: EditDialogProps) {
  const { title, verb, fields, onClose, onTaken, isReadOnly = false } = props;
  const { drafts, submit, isBusy, problem, conflict, setConflict } = useEdit(props);
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void submit(props.base);
  };
  return (
    <Dialog title={title} onClose={onClose} wide={fields.some(({ kind }) => kind === "bytes")}>
      <form onSubmit={onSubmit}>
        {fields.map((field, i) => (
          <EditedField
            key={i}
            field={field}
            isReadOnly={isReadOnly}
            onDraft={(draft) => (drafts[i] = draft)}
            onSubmit={() => void submit(props.base)}
          />
        ))}
        {props.children}
        {problem !== undefined && <Problem text={problem} />}
        {!isReadOnly && (
          <footer>
            <Button onClick={onClose}>{TEXTS.app.cancel}</Button>
            <Button type="submit" look="primary" disabled={isBusy}>
              {verb}
            </Button>
          </footer>
        )}
      </form>
      {conflict !== undefined && (
        <ConflictDialog
          {...conflict}
          onOverwrite={() => void submit(conflict.theirs)}
          onTake={() => {
            onTaken?.(conflict.theirs);
            onClose();
          }}
          onKeep={() => setConflict(undefined)}
        />
      )}
    </Dialog>
  );
}

interface Conflict {
  readonly mine: Uint8Array;
  readonly theirs: Uint8Array | undefined;
}

/** What was typed, and saving it over what is compared. */
function useEdit({ fields, save, onDone, isReadOnly = false }: EditDialogProps) {
  const drafts = useRef<Draft[]>(
    fields.map(
      ({ value }) =>
        () =>
          value,
    ),
  );
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [conflict, setConflict] = useState<Conflict>();
  const submit = async (compared: Uint8Array | undefined): Promise<void> => {
    if (isBusy || isReadOnly) return;
    setBusy(true);
    setProblem(undefined);
    setConflict(undefined);
    try {
      const values = drafts.current.map((draft) => draft());
      const outcome = await save(values, compared);
      if (outcome?.kind === "conflict") {
        setConflict({ theirs: outcome.theirs, mine: values.at(-1)! });
      } else {
        sayOutcome(outcome);
        onDone(values);
      }
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  };
  return { drafts: drafts.current, submit, isBusy, problem, conflict, setConflict };
}

interface EditedFieldProps {
  readonly field: EditField;
  readonly isReadOnly: boolean;
  readonly onDraft: (draft: Draft) => void;
  readonly onSubmit: () => void;
}

function EditedField({ field, isReadOnly, onDraft, onSubmit }: EditedFieldProps) {
  const { kind, label, value, hint, first, only, isLow = false } = field;
  if (kind === "word") {
    return (
      <Field label={label} {...(hint === undefined ? {} : { hint })}>
        {(attributes) => (
          <input
            {...attributes}
            class="input mono"
            autocomplete="off"
            spellcheck={false}
            defaultValue={asText(value) ?? ""}
            onInput={({ currentTarget }) => {
              const text = currentTarget.value.trim();
              onDraft(() => toBytes(fromText(text)));
            }}
          />
        )}
      </Field>
    );
  }
  const formats: Formats = only === undefined ? formatsOf(value) : { formats: [only] };
  const begin = first ?? (formats.formats[0] === "bitmap" ? "hex" : formats.formats[0]!);
  return (
    <div class="field">
      <span class="field-label">{label}</span>
      <FreeEditor
        bytes={value}
        formats={formats}
        first={begin === "hll" ? "hex" : begin}
        label={label}
        isLine={kind === "name"}
        isReadOnly={isReadOnly}
        {...(kind === "bytes" ? { height: isLow ? "110px" : "min(40vh, 320px)" } : {})}
        onDraft={onDraft}
        onSubmit={onSubmit}
      />
      {hint !== undefined && <p class="hint">{hint}</p>}
    </div>
  );
}
