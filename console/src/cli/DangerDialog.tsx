/** Asks before a command that destroys, and says how much it affects. */
import { useEffect, useRef } from "preact/hooks";
import { showHidden } from "../app/show-hidden.ts";
import { TEXTS } from "../texts.ts";
import { FormDialog } from "../ui/dialog.tsx";
import type { CliSession, Pending } from "./cli-session.ts";
import { typedLine } from "./copy-as.ts";

const SHOWN_CHARS = 300;

export function DangerDialog({ session }: { readonly session: CliSession }) {
  const pending = session.pending.value;
  return pending === undefined ? null : <Asked key={pending.id} pending={pending} />;
}

function Asked({ pending }: { readonly pending: Pending }) {
  const ref = useRef<HTMLPreElement>(null);
  // Enter was pressed a moment ago: pressed once more, it must not delete anything.
  useEffect(() => ref.current!.closest("form")!.querySelector<HTMLElement>("footer button")!.focus(), []);
  const { affected, danger, words } = pending;
  const texts = TEXTS.cli.danger;
  const line = typedLine(words);
  return (
    <FormDialog
      title={texts.title}
      verb={texts.verb}
      isDangerous
      onClose={() => pending.answer(false)}
      onSubmit={async () => pending.answer(true)}
    >
      <pre ref={ref} class="pre-wrap cli-asked">
        {showHidden(line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)} …` : line)}
      </pre>
      <p>{texts.reasons[danger.kind]}</p>
      <p aria-live="polite">{affected ?? texts.counting}</p>
    </FormDialog>
  );
}
