/** A value of a type that the console has no view for: its serialization, to keep or to look at elsewhere. */
import { useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { bytesOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty } from "../ui/controls.tsx";
import { complain } from "../ui/toasts.tsx";
import { download } from "./download.ts";
import type { ValueProps } from "./ValueView.tsx";

export function OtherView({ keyName, type }: ValueProps) {
  const { client } = theSession();
  const [isBusy, setBusy] = useState(false);
  if (type === "none") return <Empty>{TEXTS.values.gone}</Empty>;
  const dump = async (): Promise<void> => {
    setBusy(true);
    try {
      const bytes = bytesOf(await client.send(["DUMP", keyName]));
      if (bytes === undefined) throw new Error(TEXTS.values.gone);
      download([bytes], keyName, ".dump");
    } catch (error) {
      complain(explain(error));
    }
    setBusy(false);
  };
  return (
    <div class="other-value">
      <p>{TEXTS.values.unknownType(type)}</p>
      <p class="hint">{TEXTS.values.dumpHint}</p>
      <Button icon="download" disabled={isBusy} onClick={() => void dump()}>
        {TEXTS.values.dump}
      </Button>
    </div>
  );
}
