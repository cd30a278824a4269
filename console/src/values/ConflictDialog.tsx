/** Somebody else has changed what is being edited: both versions, and what to do. */
import { TEXTS } from "../texts.ts";
import { Button } from "../ui/controls.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { BytesEditor } from "./BytesEditor.tsx";
import { formatsOf } from "./formats.ts";

interface ConflictDialogProps {
  readonly mine: Uint8Array;
  /** What is there now; undefined where nothing is any more. */
  readonly theirs: Uint8Array | undefined;
  /** Saves mine over theirs; what has changed since is a conflict again. */
  readonly onOverwrite: () => void;
  readonly onTake: () => void;
  readonly onKeep: () => void;
}

export function ConflictDialog({ mine, theirs, onOverwrite, onTake, onKeep }: ConflictDialogProps) {
  return (
    <Dialog title={TEXTS.values.conflict.title} onClose={onKeep} wide>
      <div class="conflict">
        <p>{theirs === undefined ? TEXTS.values.conflict.gone : TEXTS.values.conflict.text}</p>
        <div class="conflict-versions">
          <Version label={TEXTS.values.conflict.theirs} bytes={theirs} />
          <Version label={TEXTS.values.conflict.mine} bytes={mine} />
        </div>
        <footer>
          <Button onClick={onKeep}>{TEXTS.values.conflict.keep}</Button>
          <Button onClick={onTake}>{TEXTS.values.conflict.take}</Button>
          <Button look="danger" onClick={onOverwrite}>
            {TEXTS.values.conflict.overwrite}
          </Button>
        </footer>
      </div>
    </Dialog>
  );
}

function Version({ label, bytes }: { readonly label: string; readonly bytes: Uint8Array | undefined }) {
  const formats = bytes === undefined ? undefined : formatsOf(bytes);
  const format = formats?.formats.find((format) => format === "json" || format === "text" || format === "hex");
  return (
    <section>
      <h3>{label}</h3>
      <div class="conflict-version">
        {bytes === undefined ? (
          <p class="empty">{TEXTS.values.conflict.nothing}</p>
        ) : (
          <BytesEditor bytes={bytes} formats={formats!} format={format!} label={label} height="100%" isReadOnly />
        )}
      </div>
    </section>
  );
}
