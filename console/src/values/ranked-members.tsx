/** The tables of a sorted set: by rank or score in windows, and by a pattern. */
import { useEffect, useState } from "preact/hooks";
import { fromText, toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { pairsOf, stringOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, IconButton, Problem } from "../ui/controls.tsx";
import { Bytes } from "./Bytes.tsx";
import { JumpInput } from "./JumpInput.tsx";
import type { RankedTask } from "./RankedDialog.tsx";
import { PatternInput, ScanTools } from "./ScanTools.tsx";
import { Table } from "./Table.tsx";
import type { Row } from "./Table.tsx";
import { useScan } from "./use-scan.ts";
import { useWindows } from "./use-windows.ts";
import { nameOf } from "./visible.ts";

interface MembersProps {
  readonly keyName: ByteString;
  readonly version: number;
  readonly mayWrite: boolean;
  readonly setTask: (task: RankedTask) => void;
  readonly remove: (member: ByteString) => void;
  readonly setPattern: (pattern: ByteString) => void;
  /** Gets the scores of the first members. */
  readonly onScores: (scores: readonly string[]) => void;
}

/** A member and its score. */
interface Ranked {
  readonly member: ByteString;
  readonly score: string;
}

const rankedIn = (reply: Reply): Ranked[] =>
  pairsOf(reply).map(([member, score]) => ({ member: stringOf(member), score: stringOf(score) }));

/** How members are ordered, and between which scores. */
interface Order {
  readonly isReverse: boolean;
  readonly min: string;
  readonly max: string;
}

function queryOf(keyName: ByteString, { isReverse, min, max }: Order) {
  const hasBounds = min !== "" || max !== "";
  const low = fromText(min || "-inf");
  const high = fromText(max || "+inf");
  return {
    counting: hasBounds ? ["ZCOUNT", keyName, low, high] : ["ZCARD", keyName],
    reading(from: number, count: number): ByteString[] {
      if (!hasBounds) {
        const command = isReverse ? "ZREVRANGE" : "ZRANGE";
        return [command, keyName, `${from}`, `${from + count - 1}`, "WITHSCORES"];
      }
      const range = isReverse ? ["ZREVRANGEBYSCORE", keyName, high, low] : ["ZRANGEBYSCORE", keyName, low, high];
      return [...range, "WITHSCORES", "LIMIT", `${from}`, `${count}`];
    },
    items: rankedIn,
  };
}

export function RankedMembers(props: MembersProps) {
  const { keyName, version, mayWrite, setTask, setPattern, onScores } = props;
  const [order, setOrder] = useState<Order>({ isReverse: false, min: "", max: "" });
  const [shown, setShown] = useState<number>();
  const { isReverse, min, max } = order;
  const { count, get, refresh, problem } = useWindows(keyName, version, queryOf(keyName, order), [isReverse, min, max]);
  const first = get(0);
  useEffect(() => {
    if (first === undefined) return;
    const scores = Array.from({ length: Math.min(count ?? 0, 20) }, (_, i) => get(i)?.score);
    onScores(scores.filter((score) => score !== undefined));
  }, [first, count]);
  const row = (index: number): Row | undefined => {
    const ranked = get(index);
    return ranked && rankedRow(ranked, `${index}`, props);
  };
  return (
    <>
      <div class="value-tools">
        <PatternInput onPattern={setPattern} />
        <span class="hint">{count === undefined ? TEXTS.app.loading : TEXTS.values.members(count)}</span>
        <ScoreRange min={min} max={max} onRange={(min, max) => setOrder({ ...order, min, max })} />
        <JumpInput label={TEXTS.values.goToRank} max={(count ?? 0) - 1} onJump={setShown} />
        <Button aria-pressed={isReverse} onClick={() => setOrder({ ...order, isReverse: !isReverse })}>
          {isReverse ? TEXTS.values.highestFirst : TEXTS.values.lowestFirst}
        </Button>
        <IconButton icon="refresh" label={TEXTS.app.refresh} onClick={refresh} />
        <span class="grow" />
        {mayWrite && <AddMember setTask={setTask} />}
      </div>
      {problem !== undefined && <Problem text={problem} />}
      {count === 0 ? (
        <Empty>{TEXTS.values.noMembers}</Empty>
      ) : (
        <Table
          label={TEXTS.values.membersTitle}
          kind="zset"
          titles={[TEXTS.values.member, TEXTS.values.score, TEXTS.values.rank]}
          count={count ?? 0}
          row={row}
          shown={shown}
        />
      )}
    </>
  );
}

const AddMember = ({ setTask }: Pick<MembersProps, "setTask">) => (
  <Button icon="plus" onClick={() => setTask({ kind: "add" })}>
    {TEXTS.values.addMember}
  </Button>
);

/** Members whose names match a pattern. */
export function FoundMembers(props: MembersProps & { readonly pattern: ByteString }) {
  const { keyName, version, mayWrite, setTask, setPattern, pattern } = props;
  const { scan } = useScan("ZSCAN", keyName, version, undefined, pattern);
  const row = (index: number): Row | undefined => {
    const element = scan.elements[index];
    return (
      element && rankedRow({ member: element.name, score: stringOf({ kind: "bulk", bytes: element.value }) }, "", props)
    );
  };
  return (
    <>
      <ScanTools scan={scan} total={undefined} what={TEXTS.values.members} onPattern={setPattern} pattern={pattern}>
        {mayWrite && <AddMember setTask={setTask} />}
      </ScanTools>
      {scan.elements.length === 0 && scan.state.value === "complete" ? (
        <Empty>{TEXTS.values.noMatch}</Empty>
      ) : (
        <Table
          label={TEXTS.values.membersTitle}
          kind="zset"
          titles={[TEXTS.values.member, TEXTS.values.score, TEXTS.values.rank]}
          count={scan.elements.length}
          row={row}
        />
      )}
    </>
  );
}

function rankedRow({ member, score }: Ranked, rank: string, { mayWrite, setTask, remove }: MembersProps): Row {
  const line = nameOf(member);
  return {
    cells: [<Bytes bytes={toBytes(member)} />, <span class="mono">{score}</span>, <span class="mono">{rank}</span>],
    open: () => setTask({ kind: "score", member, score }),
    actions: mayWrite
      ? [
          {
            icon: "edit",
            label: TEXTS.values.renameOf(line),
            run: () => setTask({ kind: "rename", member, score }),
          },
          { icon: "trash", label: TEXTS.values.removeOf(line), run: () => remove(member) },
        ]
      : [],
  };
}

interface ScoreRangeProps {
  readonly min: string;
  readonly max: string;
  readonly onRange: (min: string, max: string) => void;
}

function ScoreRange({ min, max, onRange }: ScoreRangeProps) {
  const [low, setLow] = useState(min);
  const [high, setHigh] = useState(max);
  return (
    <form
      class="score-range"
      onSubmit={(event) => {
        event.preventDefault();
        onRange(low.trim(), high.trim());
      }}
    >
      <input
        class="input jump"
        aria-label={TEXTS.values.minScore}
        placeholder={TEXTS.values.minScore}
        title={TEXTS.values.scoreHint}
        value={low}
        onInput={({ currentTarget }) => setLow(currentTarget.value)}
        onBlur={() => onRange(low.trim(), high.trim())}
      />
      <input
        class="input jump"
        aria-label={TEXTS.values.maxScore}
        placeholder={TEXTS.values.maxScore}
        title={TEXTS.values.scoreHint}
        value={high}
        onInput={({ currentTarget }) => setHigh(currentTarget.value)}
        onBlur={() => onRange(low.trim(), high.trim())}
      />
      <button type="submit" class="visually-hidden" tabIndex={-1}>
        {TEXTS.values.apply}
      </button>
    </form>
  );
}
