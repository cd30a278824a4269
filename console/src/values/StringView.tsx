/** A string: its formats, the editor of small ones, and the parts of large ones. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { TEXTS } from "../texts.ts";
import { Empty, Problem } from "../ui/controls.tsx";
import { BitmapGrid } from "./BitmapGrid.tsx";
import type { ByteSource } from "./byte-source.ts";
import { HexGrid } from "./HexGrid.tsx";
import { StringModel } from "./string-model.ts";
import { TextGrid } from "./TextGrid.tsx";
import type { ValueProps } from "./ValueView.tsx";
import { StringTools, WholeValue } from "./WholeValue.tsx";
import type { StringProps } from "./WholeValue.tsx";
import { ReadingFailed } from "./ReadingFailed.tsx";

export function StringView({ keyName, version, onChanged }: ValueProps) {
  const { client, rights } = theSession();
  const model = useMemo(() => new StringModel(client, keyName), [client, keyName]);
  const [problem, setProblem] = useState<string>();
  const load = (): void => {
    model.load().then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(explain(error)),
    );
  };
  useEffect(load, [model, version]);
  const state = model.state.value;
  if (state.kind === "loading") return <Empty>{TEXTS.app.loading}</Empty>;
  if (state.kind === "gone") return <Empty>{TEXTS.values.gone}</Empty>;
  if (state.kind === "failed") {
    return <ReadingFailed error={state.error} onRetry={load} />;
  }
  const props = { model, keyName, mayWrite: rights.mayWrite, onChanged };
  return (
    <>
      <StringTools {...props} />
      {problem !== undefined && <Problem text={problem} />}
      {state.kind === "whole" && <WholeValue {...props} bytes={state.bytes} />}
      {state.kind === "parts" && <ValueInParts {...props} source={state.source} />}
    </>
  );
}

/** A large value: only what is in sight is read, and what is edited is written at once. */
function ValueInParts({ model, mayWrite, onChanged, source }: StringProps & { readonly source: ByteSource }) {
  // Drawn again with each part.
  void model.parts.value;
  if (source.problem !== undefined) {
    return <ReadingFailed error={source.problem} onRetry={() => source.retry()} />;
  }
  const read = (from: number, to: number): Uint8Array | undefined => source.read(from, to);
  const write = async (at: number, old: Uint8Array, next: Uint8Array) => {
    const outcome = await model.writeRange(at, old, next);
    if (outcome.kind === "saved") onChanged?.();
    return outcome;
  };
  const grid = { label: TEXTS.values.value, length: source.length, read, ...(mayWrite ? { write } : {}) };
  if (model.format === "hex") return <HexGrid {...grid} />;
  if (model.format === "text") return <TextGrid {...grid} />;
  const onBit = (at: number, byte: number): void => {
    source.patch(at, Uint8Array.of(byte));
    onChanged?.();
  };
  return <BitmapGrid model={model} length={source.length} read={read} mayWrite={mayWrite} onChanged={onBit} />;
}
