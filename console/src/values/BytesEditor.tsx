/** Shows whole bytes in one of the formats that they have, and edits them in those that can be written back without loss. */
import { useMemo, useState } from "preact/hooks";
import { CODE_CHARS_MAX, CodeEditor } from "../ui/code-editor.tsx";
import { Problem, Select } from "../ui/controls.tsx";
import { TEXTS } from "../texts.ts";
import { draftOf, isCompact, textOf } from "./drafts.ts";
import type { Draft, TextFormat } from "./drafts.ts";
import { textIn } from "./formats.ts";
import type { Format, Formats } from "./formats.ts";
import { HexGrid } from "./HexGrid.tsx";
import { splice } from "./hex.ts";
import { ImagePreview, MessagePack, Unpacked } from "./previews.tsx";

interface BytesEditorProps {
  readonly bytes: Uint8Array;
  readonly formats: Formats;
  readonly format: Format;
  readonly label: string;
  readonly isReadOnly?: boolean;
  /** Called with what was typed. */
  readonly onDraft?: (draft: Draft) => void;
  readonly onSubmit?: () => void;
  readonly height?: string;
  readonly isLine?: boolean;
  /** Hexadecimal digits as a text, without offsets: for short values in dialogs. */
  readonly hasPlainHex?: boolean;
  readonly wraps?: boolean;
}

export function BytesEditor(props: BytesEditorProps) {
  const { bytes, format, formats, isReadOnly = false, hasPlainHex = false } = props;
  if (format === "image") return <ImagePreview bytes={bytes} type={formats.imageType!} />;
  if (format === "msgpack") return <MessagePack bytes={bytes} />;
  if (format === "unpacked") return <Unpacked bytes={bytes} packing={formats.packing!} />;
  if (format === "hex" && (isReadOnly || !hasPlainHex)) return <WholeHex {...props} />;
  return <TextEditor {...props} key={format} format={format as TextFormat} />;
}

function TextEditor(props: BytesEditorProps & { readonly format: TextFormat }) {
  const { bytes, format, isReadOnly = false, onDraft, isLine = false } = props;
  const initial = useMemo(() => textOf(bytes, format), [bytes]);
  const [typed, setTyped] = useState<{ readonly of: Uint8Array; readonly text: string }>();
  const [compact, setCompact] = useState(() => format === "json" && isCompact(textIn(bytes) ?? ""));
  const text = typed?.of === bytes ? typed.text : initial;
  const edit = (text: string, compact: boolean): void => {
    setTyped({ of: bytes, text });
    onDraft?.(draftOf(text, format, compact));
  };
  if (text.length > CODE_CHARS_MAX && isReadOnly) return <WholeHex {...props} />;
  return (
    <div class="text-editor">
      <CodeEditor
        value={text}
        label={props.label}
        language={format === "json" ? "json" : "text"}
        readOnly={isReadOnly}
        isLine={isLine}
        wraps={props.wraps ?? true}
        {...(props.height === undefined ? {} : { height: props.height })}
        {...(props.onSubmit === undefined ? {} : { onSubmit: props.onSubmit })}
        onChange={(text) => edit(text, compact)}
      />
      {format === "json" && !isReadOnly && (
        <label class="check">
          <input
            type="checkbox"
            checked={compact}
            onChange={({ currentTarget }) => {
              setCompact(currentTarget.checked);
              edit(text, currentTarget.checked);
            }}
          />
          {TEXTS.values.saveCompact}
        </label>
      )}
    </div>
  );
}

/** The grid of hexadecimal digits over bytes that are all here. A row that is edited is part of the draft. */
function WholeHex({ bytes, isReadOnly = false, onDraft, label }: BytesEditorProps) {
  const [edited, setEdited] = useState<{ readonly of: Uint8Array; readonly bytes: Uint8Array }>();
  const current = edited?.of === bytes ? edited.bytes : bytes;
  const write = async (at: number, old: Uint8Array, next: Uint8Array): Promise<undefined> => {
    const result = splice(current, at, old.length, next);
    setEdited({ of: bytes, bytes: result });
    onDraft?.(() => result);
  };
  return (
    <HexGrid
      label={label}
      length={current.length}
      read={(from, to) => current.subarray(from, to)}
      {...(isReadOnly ? {} : { write })}
    />
  );
}

interface FreeEditorProps extends Omit<BytesEditorProps, "format"> {
  /** The format that it begins with. */
  readonly first: Format;
}

/** An editor with a switch of formats, for dialogs. What was typed is kept when the format changes. */
export function FreeEditor({ first, ...props }: FreeEditorProps) {
  const [format, setFormat] = useState(first);
  const [current, setCurrent] = useState(props.bytes);
  const [draft, setDraft] = useState<Draft>();
  const [problem, setProblem] = useState<string>();
  const select = (next: Format): void => {
    try {
      const bytes = draft?.() ?? current;
      if (next !== "hex" && next !== "base64" && textIn(bytes) === undefined) {
        setProblem(TEXTS.values.noText);
        return;
      }
      setCurrent(bytes);
      setProblem(undefined);
      setFormat(next);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const offered = props.formats.formats.filter((format) => format !== "bitmap" && format !== "hll");
  const options: Format[] = offered.includes("text") && !offered.includes("json") ? [...offered, "json"] : offered;
  return (
    <div class="free-editor">
      {options.length > 1 && (
        <Select
          label={TEXTS.values.formatOf(props.label)}
          options={options.map((value) => ({ value, label: TEXTS.values.formats[value] }))}
          value={format}
          onSelect={select}
        />
      )}
      {problem !== undefined && <Problem text={problem} />}
      <BytesEditor
        {...props}
        bytes={current}
        format={format}
        hasPlainHex={current.length <= PLAIN_HEX_BYTES_MAX}
        onDraft={(draft) => {
          setDraft(() => draft);
          props.onDraft?.(draft);
        }}
      />
    </div>
  );
}

/** Bytes that are edited as plain digits. */
const PLAIN_HEX_BYTES_MAX = 64 * 1024;
