/** A stream: its entries as they come, and its groups. */
import { useState } from "preact/hooks";
import { TEXTS } from "../texts.ts";
import { Tabs } from "../ui/controls.tsx";
import { StreamGroups } from "./StreamGroups.tsx";
import { StreamTable } from "./StreamTable.tsx";
import type { ValueProps } from "./ValueView.tsx";

export function StreamView(props: ValueProps) {
  const [tab, setTab] = useState<"entries" | "groups">("entries");
  return (
    <>
      <Tabs
        label={TEXTS.values.views}
        tabs={[
          { value: "entries", label: TEXTS.values.entriesTitle },
          { value: "groups", label: TEXTS.values.groupsTitle },
        ]}
        current={tab}
        onSelect={setTab}
      />
      {tab === "entries" ? <StreamTable {...props} /> : <StreamGroups {...props} />}
    </>
  );
}
