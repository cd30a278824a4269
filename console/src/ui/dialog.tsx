/** Dialogs: the browser's own, so the focus stays inside, Escape closes them, and the page behind is inert. */
import { signal } from "@preact/signals";
import type { ComponentChildren, TargetedSubmitEvent } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { explain } from "../app/session.ts";
import { TEXTS } from "../texts.ts";
import { Button, IconButton, Problem } from "./controls.tsx";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
}

/** Where a dialog begins: its first field, or else its last button, which does what it is for. */
const FIRST_CONTROL = "input, select, textarea, form footer button:last-child";

export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    ref.current!.showModal();
    // Not the button that closes it, which comes first.
    ref.current!.querySelector<HTMLElement>(FIRST_CONTROL)?.focus();
  }, []);
  return (
    <dialog ref={ref} class={wide ? "dialog dialog-wide" : "dialog"} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={TEXTS.app.close} onClick={() => ref.current!.close()} />
      </header>
      {children}
    </dialog>
  );
}

interface FormDialogProps extends DialogProps {
  /** What the button that does it says. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  readonly canSubmit?: boolean;
  /** Does it. The dialog closes when the promise resolves, and shows the error when it rejects. */
  readonly onSubmit: () => Promise<void>;
}

/** A dialog that does one thing. Its error is shown in it, and what was typed stays. */
export function FormDialog({ verb, isDangerous = false, canSubmit = true, onSubmit, ...dialog }: FormDialogProps) {
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setBusy(true);
    onSubmit().then(dialog.onClose, (error: unknown) => {
      setBusy(false);
      setProblem(explain(error));
    });
  };
  return (
    <Dialog {...dialog}>
      <form onSubmit={submit}>
        {dialog.children}
        {problem !== undefined && <Problem text={problem} />}
        <footer>
          <Button onClick={dialog.onClose}>{TEXTS.app.cancel}</Button>
          <Button type="submit" look={isDangerous ? "danger" : "primary"} disabled={isBusy || !canSubmit}>
            {verb}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

interface Question {
  readonly title: string;
  readonly text: string;
  readonly verb: string;
  /** Does it, when the person agrees. */
  readonly act: () => Promise<void>;
}

const question = signal<Question | undefined>(undefined);

/** Asks before something that cannot be undone. */
export function confirm(asked: Question): void {
  question.value = asked;
}

/** Shows the question of {@link confirm}. Stands once in the page. */
export function Confirmation() {
  const asked = question.value;
  if (asked === undefined) return null;
  const close = (): void => void (question.value = undefined);
  return (
    <FormDialog title={asked.title} verb={asked.verb} isDangerous onClose={close} onSubmit={asked.act}>
      <p class="pre-wrap">{asked.text}</p>
    </FormDialog>
  );
}
