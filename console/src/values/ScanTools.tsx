/** Above a table that is read by SCAN: the pattern, how far it is, stop and go on. */
import type { ComponentChildren } from "preact";
import { explain } from "../app/session.ts";
import { fromText, toText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Button, IconButton, Problem, Progress } from "../ui/controls.tsx";
import type { Scan } from "./scan.ts";
import { SearchForm } from "./SearchForm.tsx";

interface ScanToolsProps {
  readonly scan: Scan;
  /** Elements of the whole, as far as it is known. */
  readonly total: number | undefined;
  /** What the elements are called: `fields`. */
  readonly what: (count: number) => string;
  readonly onPattern: (pattern: ByteString) => void;
  /** What the field of the pattern begins with. */
  readonly pattern?: ByteString;
  readonly children?: ComponentChildren;
}

export function ScanTools({ scan, total, what, onPattern, pattern = "", children }: ScanToolsProps) {
  const state = scan.state.value;
  const count = scan.count.value;
  return (
    <>
      <div class="value-tools">
        <PatternInput onPattern={onPattern} pattern={pattern} />
        {state === "running" ? (
          <>
            <Progress
              label={TEXTS.values.scanning(what(count))}
              done={count}
              {...(total === undefined ? {} : { total })}
            />
            <IconButton icon="stop" label={TEXTS.values.stop} onClick={() => scan.stop()} />
          </>
        ) : (
          <span class="hint" role="status">
            {state === "complete" ? TEXTS.values.complete(what(count)) : TEXTS.values.incomplete(what(count))}
          </span>
        )}
        {(state === "stopped" || state === "failed") && (
          <Button icon="play" onClick={() => void scan.run()}>
            {TEXTS.values.goOn}
          </Button>
        )}
        <span class="grow" />
        {children}
      </div>
      {state === "failed" && <Problem text={explain(scan.problem)} />}
    </>
  );
}

/** A glob that is typed. */
export function PatternInput({ onPattern, pattern = "" }: Pick<ScanToolsProps, "onPattern" | "pattern">) {
  return (
    <SearchForm
      label={TEXTS.values.pattern}
      hint={TEXTS.values.patternHint}
      text={toText(pattern)}
      onSearch={(text) => onPattern(fromText(text))}
    />
  );
}
