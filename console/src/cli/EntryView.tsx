/** A command that was run, with its reply as far as it is shown. */
import { useMemo, useState } from "preact/hooks";
import { linkTo } from "../app/route.ts";
import { showHidden } from "../app/show-hidden.ts";
import type { ByteString } from "../client/bytes.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, IconButton, Problem } from "../ui/controls.tsx";
import { copyToClipboard, saveFile } from "../ui/save.ts";
import type { Entry } from "./cli-session.ts";
import { typedLine } from "./copy-as.ts";
import { copied } from "./CopyDialog.tsx";
import { formatReply, sizeOf } from "./format.ts";
import type { Format } from "./format.ts";
import type { NotServed } from "./help.ts";

interface EntryProps {
  readonly entry: Entry;
  readonly format: Format;
  readonly onAgain: (commands: readonly (readonly ByteString[])[]) => void;
}

export function EntryView({ entry, format, onAgain }: EntryProps) {
  const { hint, ms, note, problem, reply, state, transaction, words } = entry;
  const texts = TEXTS.cli;
  const commands = transaction ?? [words];
  const again = transaction === undefined ? [words] : [["MULTI"], ...transaction, ["EXEC"]];
  return (
    <article class="cli-entry">
      <header>
        <code class="cli-line">{showHidden(lineOf(words))}</code>
        <span class="grow" />
        {ms !== undefined && <span class="cli-took">{texts.took(ms)}</span>}
        <IconButton icon="refresh" label={texts.again} onClick={() => onAgain(again)} />
        <IconButton icon="copy" label={texts.copyAs} onClick={() => (copied.value = commands)} />
      </header>
      {state === "running" && <p class="hint">{texts.running}</p>}
      {reply !== undefined && <ReplyView reply={reply} format={format} />}
      {note !== undefined && <pre class="cli-note">{showHidden(note)}</pre>}
      {problem !== undefined && <Problem text={showHidden(problem)} />}
      {hint !== undefined && <Hint hint={hint} />}
    </article>
  );
}

/** Chars of a command in the log. */
const LINE_CHARS_MAX = 2000;

function lineOf(words: readonly ByteString[]): string {
  const line = typedLine(words.map((word) => word.slice(0, LINE_CHARS_MAX)));
  return line.length > LINE_CHARS_MAX ? `${line.slice(0, LINE_CHARS_MAX)} …` : line;
}

function Hint({ hint }: { readonly hint: NotServed }) {
  return (
    <p class="cli-hint">
      {TEXTS.cli.notHere[hint]} {hint === "live" && <a href={linkTo("live")}>{TEXTS.cli.notHere.liveLink}</a>}
    </p>
  );
}

/** Chars that are shown at first, what each further look adds, and what a page can lay out without a pause. */
const FIRST_CHARS = 10_000;
const MORE_TIMES = 10;
const SHOWN_CHARS_MAX = 1_000_000;

interface ReplyProps {
  readonly reply: Reply;
  readonly format: Format;
}

export function ReplyView({ reply, format }: ReplyProps) {
  const [charsMax, setCharsMax] = useState(FIRST_CHARS);
  const { isCut, text } = useMemo(() => formatReply(reply, format, charsMax), [reply, format, charsMax]);
  const isError = reply.kind === "error";
  return (
    <div class={isError ? "cli-reply cli-reply-error" : "cli-reply"}>
      {partsOf(text).map((part, i) => (
        <pre key={i}>{showHidden(part)}</pre>
      ))}
      <ReplyFooter
        reply={reply}
        format={format}
        isCut={isCut}
        shownChars={text.length}
        onMore={
          charsMax < SHOWN_CHARS_MAX ? () => setCharsMax(Math.min(SHOWN_CHARS_MAX, charsMax * MORE_TIMES)) : undefined
        }
      />
    </div>
  );
}

interface FooterProps extends ReplyProps {
  readonly isCut: boolean;
  readonly shownChars: number;
  readonly onMore: (() => void) | undefined;
}

function ReplyFooter({ reply, format, isCut, shownChars, onMore }: FooterProps) {
  const texts = TEXTS.cli;
  const isLong = isCut || shownChars > 400;
  if (!isLong) return null;
  const { bytes, items } = sizeOf(reply);
  return (
    <footer class="cli-reply-footer">
      {isCut && <span class="hint">{texts.showMore(texts.chars(shownChars), texts.size(bytes, items))}</span>}
      {isCut && onMore !== undefined && <Button onClick={onMore}>{texts.showAll}</Button>}
      {!isCut && (
        <Button icon="copy" onClick={() => void copyToClipboard(formatReply(reply, format).text)}>
          {texts.copyReply}
        </Button>
      )}
      <Button icon="download" onClick={() => download(reply, format)}>
        {texts.download}
      </Button>
    </footer>
  );
}

/** A string as its bytes; anything else as it is shown, whole. */
function download(reply: Reply, format: Format): void {
  const name = TEXTS.cli.replyName;
  if (reply.kind === "bulk") return saveFile(`${name}.bin`, reply.bytes, "application/octet-stream");
  const { text } = formatReply(reply, format);
  if (format === "json") saveFile(`${name}.json`, text, "application/json");
  else saveFile(`${name}.txt`, text, "text/plain");
}

/** Chars of a part, which the browser lays out when it comes into sight. */
const PART_CHARS = 20_000;

/** A text in parts that end with a line, where lines are not longer than a part. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + PART_CHARS);
    const lineEnd = text.lastIndexOf("\n", end - 1) + 1;
    if (end < text.length && lineEnd > at) end = lineEnd;
    parts.push(text.slice(at, end).replace(/\n$/, ""));
    at = end;
  }
  return parts;
}
