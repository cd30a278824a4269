/** Asks when keys expire: after a time, at a time, or never. */
import { useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import type { ByteString } from "../client/bytes.ts";
import { numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Field, Select, Tabs } from "../ui/controls.tsx";
import { FormDialog } from "../ui/dialog.tsx";
import { say } from "../ui/toasts.tsx";
import { expiryCommand, localTime, splitSpan, UNITS_MS } from "./expiry.ts";
import type { Expiry, Unit } from "./expiry.ts";
import { runOnKeys } from "./jobs.ts";
import { keyListOf } from "./key-list.ts";

interface ExpiryDialogProps {
  readonly names: readonly ByteString[];
  /** The present deadline, in milliseconds since the epoch. */
  readonly deadlineMs?: number | undefined;
  readonly onClose: () => void;
}

/** What is offered for a key that does not expire. */
const DEFAULT_MS = 3_600_000;

export function ExpiryDialog({ names, deadlineMs, onClose }: ExpiryDialogProps) {
  const leftMs = deadlineMs === undefined ? DEFAULT_MS : Math.max(1000, deadlineMs - Date.now());
  const [kind, setKind] = useState<Expiry["kind"]>("in");
  const [span, setSpan] = useState(() => splitSpan(leftMs));
  const [time, setTime] = useState(() => localTime(Date.now() + leftMs));
  const epochMs = new Date(time).getTime();
  const expiry: Expiry =
    kind === "in"
      ? { kind, ms: span.amount * UNITS_MS[span.unit] }
      : kind === "at"
        ? { kind, epochMs }
        : { kind: "never" };
  const isPast = kind === "at" && epochMs <= Date.now();
  const isGiven = kind === "in" ? span.amount > 0 && Number.isFinite(span.amount) : kind === "never" || epochMs > 0;
  return (
    <FormDialog
      title={TEXTS.keys.expireTitle(names.length)}
      verb={TEXTS.keys.apply}
      canSubmit={isGiven && !isPast}
      onClose={onClose}
      onSubmit={() => setExpiry(names, expiry)}
    >
      <Tabs
        label={TEXTS.keys.expiryMode}
        tabs={(["in", "at", "never"] as const).map((value) => ({ value, label: TEXTS.keys.expiryModes[value] }))}
        current={kind}
        onSelect={setKind}
      />
      {kind === "in" && <SpanFields span={span} onChange={setSpan} />}
      {kind === "at" && (
        <Field label={TEXTS.keys.time} problem={isPast ? TEXTS.keys.timePast : undefined}>
          {(attributes) => (
            <input
              {...attributes}
              class="input"
              type="datetime-local"
              step={1}
              required
              value={time}
              onInput={(event) => setTime(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
    </FormDialog>
  );
}

interface Span {
  readonly amount: number;
  readonly unit: Unit;
}

function SpanFields({ span, onChange }: { readonly span: Span; readonly onChange: (span: Span) => void }) {
  return (
    <div class="span-fields">
      <Field label={TEXTS.keys.span}>
        {(attributes) => (
          <input
            {...attributes}
            class="input"
            type="number"
            min={0.001}
            step="any"
            required
            value={Number.isNaN(span.amount) ? "" : span.amount}
            onInput={(event) => onChange({ ...span, amount: event.currentTarget.valueAsNumber })}
          />
        )}
      </Field>
      <Select
        label={TEXTS.keys.unit}
        options={(["s", "min", "h", "d"] as const).map((value) => ({ value, label: TEXTS.keys.units[value] }))}
        value={span.unit}
        onSelect={(unit) => onChange({ ...span, unit })}
      />
    </div>
  );
}

/** One key's error is shown in the dialog; of many keys, each stands for itself. */
async function setExpiry(names: readonly ByteString[], expiry: Expiry): Promise<void> {
  const { client } = theSession();
  const list = keyListOf(client);
  if (names.length === 1) {
    await client.send(expiryCommand(expiry, names[0]!));
    list.changed(names);
    return say(TEXTS.keys.expiryDone(1));
  }
  // A key without a deadline that is to have none is as it should be.
  const isGone = (n: number): boolean => n === 0 && expiry.kind !== "never";
  const { changed } = await runOnKeys(
    client,
    TEXTS.keys.expiring,
    names,
    (name) => expiryCommand(expiry, name),
    (reply) => (isGone(numberOf(reply)) ? TEXTS.keys.notThere : undefined),
  );
  list.changed(changed);
  say(TEXTS.keys.expiryDone(changed.length));
}
