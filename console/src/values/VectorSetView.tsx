/** A vector set, to look at: what it is, members at random, and those that are most similar to one. */
import { useEffect, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, numberOf, pairsOf, stringOf, textOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, Problem } from "../ui/controls.tsx";
import { Bytes } from "./Bytes.tsx";
import { Table } from "./Table.tsx";
import type { Row } from "./Table.tsx";
import type { ValueProps } from "./ValueView.tsx";
import { nameOf } from "./visible.ts";

/** Members that are shown. */
const SHOWN_MAX = 100;

interface VectorSet {
  readonly count: number;
  readonly facts: readonly (readonly [string, string])[];
  readonly members: readonly ByteString[];
}

/** Members by how similar they are to one, which is the first. */
interface Similar {
  readonly to: ByteString;
  readonly found: readonly (readonly [ByteString, string])[];
}

export function VectorSetView({ keyName, version }: ValueProps) {
  const { client } = theSession();
  const [set, setSet] = useState<VectorSet>();
  const [similar, setSimilar] = useState<Similar>();
  const [problem, setProblem] = useState<string>();
  const failed = (error: unknown): void => setProblem(explain(error));
  const load = async (): Promise<void> => {
    const count = numberOf(await client.send(["VCARD", keyName]));
    const info = await client.send(["VINFO", keyName]);
    const members = await client.send(["VRANDMEMBER", keyName, `${SHOWN_MAX}`]);
    const facts = pairsOf(info).map(([name, value]) => [textOf(name), textOf(value)] as const);
    setSet({ count, facts, members: itemsOf(members).map(stringOf).sort() });
    setProblem(undefined);
  };
  useEffect(() => void load().catch(failed), [client, keyName, version]);
  const look = async (member: ByteString): Promise<void> => {
    const words = ["VSIM", keyName, "ELE", member, "WITHSCORES", "COUNT", `${SHOWN_MAX}`];
    const found = pairsOf(await client.send(words)).map(([name, score]) => [stringOf(name), stringOf(score)] as const);
    setSimilar({ to: member, found });
  };
  if (problem !== undefined) return <Problem text={problem} />;
  if (set === undefined) return <Empty>{TEXTS.app.loading}</Empty>;
  const shown = similar?.found ?? set.members.map((member) => [member, ""] as const);
  const row = (index: number): Row => {
    const [member, score] = shown[index]!;
    return { cells: [<Bytes bytes={toBytes(member)} />, score], open: () => void look(member).catch(failed) };
  };
  return (
    <>
      <dl class="facts" aria-label={TEXTS.values.vectorFacts}>
        {set.facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="value-tools">
        <span class="hint" role="status">
          {similar === undefined
            ? TEXTS.values.someMembers(set.members.length, set.count)
            : TEXTS.values.similarTo(nameOf(similar.to))}
        </span>
        {similar !== undefined && <Button onClick={() => setSimilar(undefined)}>{TEXTS.values.back}</Button>}
      </div>
      <Table
        label={TEXTS.values.membersTitle}
        kind="vector"
        titles={[TEXTS.values.member, similar === undefined ? "" : TEXTS.values.similarity]}
        count={shown.length}
        row={row}
      />
    </>
  );
}
