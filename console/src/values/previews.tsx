/** Views of whole bytes that only show: images, MessagePack, and what compressed bytes hold. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { CodeEditor } from "../ui/code-editor.tsx";
import { Empty, Problem } from "../ui/controls.tsx";
import { TEXTS } from "../texts.ts";
import { BytesEditor } from "./BytesEditor.tsx";
import { formatsOf } from "./formats.ts";
import type { Packing } from "./formats.ts";
import { unpack } from "./unpack.ts";

/** An image, which the browser draws without running what an SVG may hold. */
export function ImagePreview({ bytes, type }: { readonly bytes: Uint8Array; readonly type: string }) {
  const [size, setSize] = useState<string>();
  const url = useMemo(() => URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type })), [bytes, type]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return (
    <figure class="image-preview">
      <img
        src={url}
        alt={TEXTS.values.image}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize(`${naturalWidth} × ${naturalHeight}`)}
        onError={() => setSize(TEXTS.values.imageBroken)}
      />
      <figcaption class="hint">
        {type} {size}
      </figcaption>
    </figure>
  );
}

/** MessagePack as text like JSON; binary data and other kinds are named. */
export function MessagePack({ bytes }: { readonly bytes: Uint8Array }) {
  const { value, problem } = useLoaded(async () => (await import("./message-pack.ts")).showMessagePack(bytes), [bytes]);
  if (problem !== undefined) return <Problem text={TEXTS.values.noMessagePack(problem)} />;
  if (value === undefined) return <Empty>{TEXTS.app.loading}</Empty>;
  return <CodeEditor value={value} language="json" label={TEXTS.values.formats.msgpack} readOnly height="100%" />;
}

/** What compressed bytes hold, in its own best format. */
export function Unpacked({ bytes, packing }: { readonly bytes: Uint8Array; readonly packing: Packing }) {
  const { value, problem } = useLoaded(() => unpack(bytes, packing), [bytes, packing]);
  if (problem !== undefined) return <Problem text={TEXTS.values.noUnpacking(problem)} />;
  if (value === undefined) return <Empty>{TEXTS.app.loading}</Empty>;
  const formats = formatsOf(value);
  const format = formats.formats.find((format) => format !== "bitmap" && format !== "hll" && format !== "unpacked")!;
  return (
    <div class="unpacked">
      <p class="hint">{TEXTS.values.unpacked(packing, bytes.length, value.length)}</p>
      <BytesEditor
        bytes={value}
        formats={formats}
        format={format}
        label={TEXTS.values.formats.unpacked}
        height="100%"
        isReadOnly
      />
    </div>
  );
}

/** What `load` resolves to, or why it does not. */
function useLoaded<T>(load: () => Promise<T>, inputs: readonly unknown[]): { value?: T; problem?: string } {
  const [loaded, setLoaded] = useState<{ value?: T; problem?: string }>({});
  useEffect(() => {
    let isCurrent = true;
    setLoaded({});
    load().then(
      (value) => isCurrent && setLoaded({ value }),
      (error: unknown) => isCurrent && setLoaded({ problem: (error as Error).message }),
    );
    return () => void (isCurrent = false);
  }, inputs);
  return loaded;
}
