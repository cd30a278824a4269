/** How far the list is, and what can be done with what is selected. */
import { theSession } from "../app/session.ts";
import { TEXTS } from "../texts.ts";
import { Button, IconButton, Progress } from "../ui/controls.tsx";
import { copyNames, deleteKeys, exportKeys, keyDialog } from "./actions.ts";
import { job } from "./jobs.ts";
import type { KeyList } from "./key-list.ts";
import { NOTHING, selectedOf } from "./selection.ts";

export function ScanLine({ list }: { readonly list: KeyList }) {
  const { phase, looked, total } = list.scan.value;
  const found = list.names.value.length;
  const isFiltered = list.pattern.value.kind !== "all" || list.type.value !== "";
  if (phase === "reading") {
    const label = total > 0 ? TEXTS.keys.reading(looked, total) : TEXTS.keys.readingMore(looked);
    return (
      <div class="keys-scan">
        <Progress label={label} done={looked} {...(total > 0 ? { total } : {})} />
        <Button icon="stop" onClick={() => list.stop()}>
          {TEXTS.keys.stop}
        </Button>
      </div>
    );
  }
  // The place of the rows says it where there are none.
  if (phase === "failed" && found === 0) return null;
  const isStopped = phase === "stopped" || phase === "failed";
  const text = isStopped
    ? TEXTS.keys.stopped(found, looked, total)
    : phase === "away"
      ? TEXTS.keys.away
      : isFiltered && total > 0
        ? TEXTS.keys.completeOf(found, total)
        : TEXTS.keys.complete(found);
  return (
    <div class="keys-scan">
      <span role="status">{text}</span>
      {isStopped && (
        <Button icon="play" onClick={() => list.resume()}>
          {TEXTS.keys.resume}
        </Button>
      )}
    </div>
  );
}

export function SelectionBar({ list }: { readonly list: KeyList }) {
  const running = job.value;
  if (running !== undefined) {
    return (
      <div class="keys-bar">
        <Progress label={running.label} done={running.done} total={running.total} />
        <span class="grow" />
        <Button icon="stop" onClick={running.stop}>
          {TEXTS.keys.stop}
        </Button>
      </div>
    );
  }
  const count = list.selectedCount.value;
  if (count === 0) return null;
  const names = () => selectedOf(list.selection.peek(), list.names.peek());
  return (
    <div class="keys-bar" role="toolbar" aria-label={TEXTS.keys.selected(count)}>
      <span role="status">{TEXTS.keys.selected(count)}</span>
      <IconButton icon="close" label={TEXTS.keys.clearSelection} onClick={() => (list.selection.value = NOTHING)} />
      <span class="grow" />
      <IconButton icon="copy" label={TEXTS.keys.copyNames} onClick={() => void copyNames(names())} />
      <IconButton icon="download" label={TEXTS.keys.export} onClick={() => void exportKeys(names())} />
      {theSession().rights.mayWrite && (
        <>
          <IconButton
            icon="clock"
            label={TEXTS.keys.expire}
            onClick={() => (keyDialog.value = { kind: "expiry", names: names() })}
          />
          <IconButton
            icon="edit"
            label={TEXTS.keys.rename}
            onClick={() => (keyDialog.value = { kind: "prefix", names: names() })}
          />
          <IconButton icon="trash" label={TEXTS.keys.remove} onClick={() => deleteKeys(names())} />
        </>
      )}
    </div>
  );
}
