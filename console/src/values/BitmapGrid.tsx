/** A string as bits, as SETBIT counts them: bit 0 is the highest of the first byte. */
import { useEffect, useState } from "preact/hooks";
import { explain } from "../app/session.ts";
import { numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { complain, say } from "../ui/toasts.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import type { StringModel } from "./string-model.ts";

/** Bytes of a row: 16 bits, each as large as a finger, fit beside the list of keys. */
const ROW = 2;

interface BitmapGridProps {
  readonly model: StringModel;
  readonly length: number;
  readonly read: (from: number, to: number) => Uint8Array | undefined;
  readonly mayWrite: boolean;
  /** Called with the place of the byte that was changed, and what it is now. */
  readonly onChanged: (at: number, byte: number) => void;
}

export function BitmapGrid({ model, length, read, mayWrite, onChanged }: BitmapGridProps) {
  const [set, setSet] = useState<number>();
  const count = (): void => {
    const counting = model.send("BITCOUNT", model.key);
    counting.then(
      (reply) => setSet(numberOf(reply)),
      (error: unknown) => complain(explain(error)),
    );
  };
  useEffect(count, [model, length]);
  const toggle = async (bit: number, isSet: boolean): Promise<void> => {
    try {
      const old = numberOf(await model.send("SETBIT", model.key, `${bit}`, isSet ? "0" : "1"));
      if (old !== Number(isSet)) say(TEXTS.values.bitWas(bit, old));
      count();
      const at = Math.floor(bit / 8);
      const [byte = 0] = read(at, at + 1) ?? [];
      const mask = 0x80 >> (bit % 8);
      onChanged(at, isSet ? byte & ~mask : byte | mask);
    } catch (error) {
      complain(explain(error));
    }
  };
  const row = (index: number) => {
    const bytes = read(index * ROW, (index + 1) * ROW);
    return (
      <div class="bit-row" role="listitem">
        <span class="hex-offset">{index * ROW * 8}</span>
        {bytes === undefined ? (
          <span>{TEXTS.app.loading}</span>
        ) : (
          <Bits bytes={bytes} first={index * ROW * 8} {...(mayWrite ? { toggle } : {})} />
        )}
      </div>
    );
  };
  return (
    <div class="bitmap">
      <p class="hint">{set === undefined ? TEXTS.app.loading : TEXTS.values.bitsSet(set, length * 8)}</p>
      <VirtualList label={TEXTS.values.formats.bitmap} count={Math.ceil(length / ROW)} rowPx={28} row={row} />
    </div>
  );
}

interface BitsProps {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly toggle?: (bit: number, isSet: boolean) => Promise<void>;
}

function Bits({ bytes, first, toggle }: BitsProps) {
  const bits = Array.from({ length: bytes.length * 8 }, (_, i) => (bytes[i >> 3]! >> (7 - (i & 7))) & 1);
  return (
    <>
      {bits.map((bit, i) =>
        toggle === undefined ? (
          <span key={i} class={bit === 1 ? "bit bit-set" : "bit"} title={TEXTS.values.bit(first + i, bit)} />
        ) : (
          <button
            key={i}
            type="button"
            class={bit === 1 ? "bit bit-set" : "bit"}
            aria-pressed={bit === 1}
            aria-label={TEXTS.values.bit(first + i, bit)}
            title={TEXTS.values.bit(first + i, bit)}
            tabIndex={i === 0 ? 0 : -1}
            onClick={() => void toggle(first + i, bit === 1)}
            onKeyDown={moveAlong}
          />
        ),
      )}
    </>
  );
}

/** Arrow keys move along the bits of a row. */
function moveAlong(event: KeyboardEvent): void {
  const button = event.currentTarget as HTMLElement;
  const next =
    event.key === "ArrowRight"
      ? button.nextElementSibling
      : event.key === "ArrowLeft"
        ? button.previousElementSibling
        : undefined;
  if (!(next instanceof HTMLButtonElement)) return;
  event.preventDefault();
  next.focus();
}
