/** A HyperLogLog: how many different elements it has seen, and adding some. */
import { useEffect, useState } from "preact/hooks";
import { explain } from "../app/session.ts";
import { numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Problem } from "../ui/controls.tsx";
import { EditDialog } from "./EditDialog.tsx";
import type { StringModel } from "./string-model.ts";

interface HyperLogLogProps {
  readonly model: StringModel;
  readonly bytes: Uint8Array;
  readonly mayWrite: boolean;
  readonly onChanged: () => void;
}

export function HyperLogLog({ model, bytes, mayWrite, onChanged }: HyperLogLogProps) {
  const [count, setCount] = useState<number>();
  const [problem, setProblem] = useState<string>();
  const [isAdding, setAdding] = useState(false);
  useEffect(() => {
    model.send("PFCOUNT", model.key).then(
      (reply) => setCount(numberOf(reply)),
      (error: unknown) => setProblem(explain(error)),
    );
  }, [model, bytes]);
  return (
    <div class="hll">
      {problem !== undefined && <Problem text={problem} />}
      {count !== undefined && <p class="figure">{TEXTS.values.hllCount(count)}</p>}
      <p class="hint">{TEXTS.values.hllHint(bytes[4] === 0)}</p>
      {mayWrite && (
        <Button icon="plus" onClick={() => setAdding(true)}>
          {TEXTS.values.addElement}
        </Button>
      )}
      {isAdding && (
        <EditDialog
          title={TEXTS.values.addElement}
          verb={TEXTS.values.add}
          fields={[{ kind: "name", label: TEXTS.values.element, value: new Uint8Array() }]}
          save={async ([element]) => {
            await model.send("PFADD", model.key, element!);
            return undefined;
          }}
          onDone={() => {
            setAdding(false);
            onChanged();
          }}
          onClose={() => setAdding(false)}
        />
      )}
    </div>
  );
}
