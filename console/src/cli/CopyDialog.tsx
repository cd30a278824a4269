/** Commands as lines for other programs, each with a button that copies it. */
import { signal } from "@preact/signals";
import type { ByteString } from "../client/bytes.ts";
import { showHidden } from "../app/show-hidden.ts";
import { TEXTS } from "../texts.ts";
import { IconButton } from "../ui/controls.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { copyToClipboard } from "../ui/save.ts";
import { copyAs, TARGETS } from "./copy-as.ts";
import type { Target } from "./copy-as.ts";

type Commands = readonly (readonly ByteString[])[];

/** The commands whose dialog is open. */
export const copied = signal<Commands | undefined>(undefined);

export function CopyDialog({ commands }: { readonly commands: Commands }) {
  return (
    <Dialog wide title={TEXTS.cli.copy.title} onClose={() => (copied.value = undefined)}>
      <div class="cli-copy">
        {TARGETS.map((target) => (
          <CopyLine key={target} target={target} commands={commands} />
        ))}
        <p class="hint">{TEXTS.cli.copy.hint}</p>
      </div>
    </Dialog>
  );
}

function CopyLine({ target, commands }: { readonly target: Target; readonly commands: Commands }) {
  const texts = TEXTS.cli.copy;
  const line = copyAs(target, commands);
  const name = texts.names[target];
  return (
    <section>
      <header>
        <h3>{name}</h3>
        {line !== undefined && (
          <IconButton icon="copy" label={texts.button(name)} onClick={() => void copyToClipboard(line)} />
        )}
      </header>
      {line === undefined ? (
        <p class="hint">{texts.none}</p>
      ) : (
        <pre class="pre-wrap" tabIndex={0} aria-label={name}>
          {showHidden(line)}
        </pre>
      )}
    </section>
  );
}
