/** The tools of a string, and the editor of one that is all here. */
import { useState } from "preact/hooks";
import { explain } from "../app/session.ts";
import { useUnsaved } from "../app/unsaved.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, IconButton, Problem, Progress, Select } from "../ui/controls.tsx";
import { complain } from "../ui/toasts.tsx";
import { BitmapGrid } from "./BitmapGrid.tsx";
import { BytesEditor } from "./BytesEditor.tsx";
import { ConflictDialog } from "./ConflictDialog.tsx";
import { download } from "./download.ts";
import { EditDialog, sayOutcome } from "./EditDialog.tsx";
import type { Format } from "./formats.ts";
import { HyperLogLog } from "./HyperLogLog.tsx";
import type { StringModel } from "./string-model.ts";

export interface StringProps {
  readonly model: StringModel;
  readonly keyName: string;
  readonly mayWrite: boolean;
  readonly onChanged: (() => void) | undefined;
}

export function StringTools({ model, keyName, mayWrite, onChanged }: StringProps) {
  const [isAppending, setAppending] = useState(false);
  const [read, setRead] = useState<number>();
  const state = model.state.value;
  const { formats } = model.formats.value;
  const choose = (format: Format): void => {
    try {
      model.choose(format);
    } catch (error) {
      complain((error as Error).message);
    }
  };
  const save = async (): Promise<void> => {
    setRead(0);
    try {
      download(await model.readAll(setRead), keyName, ".bin");
    } catch (error) {
      complain(explain(error));
    }
    setRead(undefined);
  };
  const length = state.kind === "whole" ? state.bytes.length : state.kind === "parts" ? state.source.length : 0;
  return (
    <div class="value-tools">
      <Select
        label={TEXTS.values.format}
        options={formats.map((value) => ({ value, label: TEXTS.values.formats[value] }))}
        value={model.format}
        onSelect={choose}
      />
      <span class="hint">{TEXTS.values.bytesCount(length)}</span>
      <span class="grow" />
      {read !== undefined && <Progress label={TEXTS.values.downloading} done={read} total={length} />}
      {mayWrite && state.kind === "parts" && (
        <Button icon="plus" onClick={() => setAppending(true)}>
          {TEXTS.values.append}
        </Button>
      )}
      <IconButton
        icon="download"
        label={TEXTS.values.download}
        onClick={() => void save()}
        disabled={read !== undefined}
      />
      {isAppending && (
        <EditDialog
          title={TEXTS.values.append}
          verb={TEXTS.values.append}
          fields={[
            { kind: "bytes", label: TEXTS.values.bytes, value: new Uint8Array(), hint: TEXTS.values.appendHint },
          ]}
          save={async ([bytes]) => {
            await model.append(bytes!);
            return undefined;
          }}
          onDone={() => {
            setAppending(false);
            onChanged?.();
          }}
          onClose={() => setAppending(false)}
        />
      )}
    </div>
  );
}

/** A value that is all here. It is edited in place, and saved when the person says so. */
export function WholeValue({ model, mayWrite, onChanged, bytes }: StringProps & { readonly bytes: Uint8Array }) {
  const { isBusy, problem, conflict, save, setConflict } = useSave(model, onChanged);
  const { format } = model;
  const isDirty = model.draft.value !== undefined;
  useUnsaved(isDirty);
  if (format === "bitmap" || format === "hll") return <ServerSide {...{ model, mayWrite, onChanged, bytes, format }} />;
  return (
    <div class="whole-value">
      {model.isStale.value && <p class="note">{TEXTS.values.stale}</p>}
      {problem !== undefined && <Problem text={problem} />}
      <BytesEditor
        key={model.generation.value}
        bytes={model.edited ?? bytes}
        formats={model.formats.value}
        format={format}
        label={TEXTS.values.value}
        isReadOnly={!mayWrite}
        onDraft={(draft) => (model.draft.value = draft)}
        onSubmit={() => void save()}
        height="100%"
      />
      {isDirty && (
        <footer class="save-bar">
          <span class="hint">{TEXTS.values.unsaved}</span>
          <span class="grow" />
          <Button onClick={() => model.revert()}>{TEXTS.values.revert}</Button>
          <Button look="primary" disabled={isBusy} onClick={() => void save()}>
            {TEXTS.values.save}
          </Button>
        </footer>
      )}
      {conflict !== undefined && (
        <ConflictDialog
          {...conflict}
          onOverwrite={() => void save(conflict.theirs)}
          onTake={() => {
            setConflict(undefined);
            model.revert();
            void model.load().catch((error: unknown) => complain(explain(error)));
          }}
          onKeep={() => setConflict(undefined)}
        />
      )}
    </div>
  );
}

interface Conflict {
  readonly mine: Uint8Array;
  readonly theirs: Uint8Array | undefined;
}

function useSave(model: StringModel, onChanged: (() => void) | undefined) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [conflict, setConflict] = useState<Conflict>();
  const save = async (...base: [Uint8Array | undefined] | []): Promise<void> => {
    if (model.draft.value === undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const mine = model.draft.value();
      // Over nothing: the key is gone, and is created again.
      if (base.length === 1 && base[0] === undefined) {
        await model.create();
        sayOutcome(undefined);
      } else {
        const outcome = await model.save(base[0]);
        setConflict(outcome.kind === "conflict" ? { mine, theirs: outcome.theirs } : undefined);
        if (outcome.kind === "saved") sayOutcome(outcome);
      }
      if (model.draft.value === undefined) {
        setConflict(undefined);
        onChanged?.();
      }
    } catch (error) {
      setConflict(undefined);
      setProblem(explain(error));
    }
    setBusy(false);
  };
  return { isBusy, problem, conflict, save, setConflict };
}

interface ServerSideProps extends Omit<StringProps, "keyName"> {
  readonly bytes: Uint8Array;
  readonly format: "bitmap" | "hll";
}

/** Formats whose changes are commands of their own, so they go to the server at once. */
function ServerSide({ model, mayWrite, onChanged, bytes, format }: ServerSideProps) {
  if (model.draft.value !== undefined) return <Empty>{TEXTS.values.saveFirst}</Empty>;
  const reload = (): void => {
    model.edited = undefined;
    model.load().catch((error: unknown) => complain(explain(error)));
    onChanged?.();
  };
  if (format === "hll") return <HyperLogLog model={model} mayWrite={mayWrite} onChanged={reload} bytes={bytes} />;
  return (
    <BitmapGrid
      model={model}
      length={bytes.length}
      read={(from, to) => bytes.subarray(from, to)}
      mayWrite={mayWrite}
      onChanged={reload}
    />
  );
}
