/** A JSON document: as a tree, of which only what is open is read, and as a text. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { TEXTS } from "../texts.ts";
import { Empty, Tabs } from "../ui/controls.tsx";
import { complain } from "../ui/toasts.tsx";
import { JsonModel } from "./json-model.ts";
import { JsonTreeView } from "./JsonTreeView.tsx";
import type { ValueProps } from "./ValueView.tsx";
import { StringTools, WholeValue } from "./WholeValue.tsx";
import { ReadingFailed } from "./ReadingFailed.tsx";

export function JsonView(props: ValueProps) {
  const [tab, setTab] = useState<"tree" | "text">("tree");
  const [hasText, setHasText] = useState(false);
  return (
    <>
      <Tabs
        label={TEXTS.values.views}
        tabs={[
          { value: "tree", label: TEXTS.values.tree },
          { value: "text", label: TEXTS.values.formats.text },
        ]}
        current={tab}
        onSelect={(next) => {
          setTab(next);
          if (next === "text") setHasText(true);
        }}
      />
      {/* What was typed in one is there when the other was looked at. */}
      <div class="value-tab" hidden={tab !== "tree"}>
        <JsonTreeView {...props} />
      </div>
      <div class="value-tab" hidden={tab !== "text"}>
        {hasText && <JsonText {...props} />}
      </div>
    </>
  );
}

function JsonText({ keyName, version, onChanged }: ValueProps) {
  const { client, rights } = theSession();
  const model = useMemo(() => new JsonModel(client, keyName), [client, keyName]);
  const load = (): void => {
    model.load().catch((error: unknown) => complain(explain(error)));
  };
  useEffect(load, [model, version]);
  const state = model.state.value;
  if (state.kind === "gone") return <Empty>{TEXTS.values.gone}</Empty>;
  if (state.kind === "failed") {
    return <ReadingFailed error={state.error} onRetry={load} />;
  }
  if (state.kind !== "whole") return <Empty>{TEXTS.app.loading}</Empty>;
  const props = { model, keyName, mayWrite: rights.mayWrite, onChanged };
  return (
    <>
      <StringTools {...props} />
      <WholeValue {...props} bytes={state.bytes} />
    </>
  );
}
