/** A sorted set: members by rank or within scores, either way round, or found by a pattern; places on the earth as a plot. */
import { useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import type { ByteString } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Tabs } from "../ui/controls.tsx";
import { confirm } from "../ui/dialog.tsx";
import { areGeoScores } from "./geo.ts";
import { GeoPlot } from "./GeoPlot.tsx";
import { RankedDialog } from "./RankedDialog.tsx";
import type { RankedTask } from "./RankedDialog.tsx";
import { FoundMembers, RankedMembers } from "./ranked-members.tsx";
import type { ValueProps } from "./ValueView.tsx";
import { nameOf } from "./visible.ts";

export function ZSetView({ keyName, version, onChanged }: ValueProps) {
  const { client, rights } = theSession();
  const [tab, setTab] = useState<"members" | "map">("members");
  const [task, setTask] = useState<RankedTask>();
  const [pattern, setPattern] = useState<ByteString>("");
  const [isGeo, setGeo] = useState(false);
  // Counts edits made here, so that what is shown is read again.
  const [edits, setEdits] = useState(0);
  const changed = (): void => {
    setTask(undefined);
    setEdits((n) => n + 1);
    onChanged?.();
  };
  const remove = (member: ByteString): void =>
    confirm({
      title: TEXTS.values.removeMember,
      text: TEXTS.values.removeMemberText(nameOf(member)),
      verb: TEXTS.values.remove,
      act: async () => {
        await client.send(["ZREM", keyName, member]);
        changed();
      },
    });
  const members = {
    keyName,
    version: version * 1e6 + edits,
    mayWrite: rights.mayWrite,
    setTask,
    remove,
    setPattern,
    onScores: (scores: readonly string[]) => setGeo(areGeoScores(scores)),
  };
  return (
    <>
      {isGeo && (
        <Tabs
          label={TEXTS.values.views}
          tabs={[
            { value: "members", label: TEXTS.values.membersTitle },
            { value: "map", label: TEXTS.values.map },
          ]}
          current={tab}
          onSelect={setTab}
        />
      )}
      {isGeo && tab === "map" ? (
        <GeoPlot keyName={keyName} version={members.version} />
      ) : pattern === "" ? (
        <RankedMembers {...members} />
      ) : (
        <FoundMembers key={pattern} {...members} pattern={pattern} />
      )}
      {task !== undefined && (
        <RankedDialog
          {...{ task, keyName, mayWrite: rights.mayWrite }}
          onDone={changed}
          onClose={() => setTask(undefined)}
        />
      )}
    </>
  );
}
