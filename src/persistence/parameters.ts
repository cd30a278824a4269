/** The parameters of CONFIG about files. As in Redis, clients cannot change the directory or the file names. */
import type { Parameter } from "../engine/parameters.ts";
import { parseBytes } from "../engine/encoding-parameters.ts";
import { flagParameter } from "../engine/flag-parameter.ts";
import { held, yesOrNo } from "../engine/held-parameters.ts";
import { integerParameter } from "../engine/integer-parameter.ts";
import { AOF_FOLDER, AOF_NAME } from "./manifest.ts";
import { RDB_NAME } from "./data-files.ts";
import type { Persistence } from "./persistence.ts";
import { formatSavePoints, parseSavePoints } from "./save-points.ts";
import { FSYNC_POLICIES } from "../core/policies.ts";

/** A protected parameter: a client that could set it could write to any file. */
function protectedText(get: () => string): Parameter {
  return { get, prepare: () => "can't set protected config" };
}

function fixed(text: string): Parameter {
  return { get: () => text };
}

function choice<T extends string>(choices: readonly T[], get: () => T, set: (value: T) => void): Parameter {
  return {
    get,
    prepare: (text) => {
      const value = choices.find((one) => one === text.toLowerCase());
      if (value === undefined) return `argument(s) must be one of the following: ${choices.join(", ")}`;
      return () => set(value);
    },
  };
}

/** Parameters with one value. */
const UNCHANGED: readonly (readonly [string, Parameter])[] = [
  ["appenddirname", fixed(AOF_FOLDER)],
  ["appendfilename", fixed(AOF_NAME)],
  ["rdbchecksum", fixed("yes")],
  ["rdb-del-sync-files", held(() => "no", yesOrNo)],
  ["rdb-save-incremental-fsync", held(() => "no", yesOrNo)],
  ["aof-rewrite-incremental-fsync", held(() => "no", yesOrNo)],
];

/** The parameters, by name. */
export function persistenceParameters(persistence: Persistence): readonly (readonly [string, Parameter])[] {
  return [
    ...UNCHANGED,
    ...flagsOf(persistence),
    [
      "appendfsync",
      choice(
        FSYNC_POLICIES,
        () => persistence.fsync,
        (policy) => persistence.setFsync(policy),
      ),
    ],
    [
      "auto-aof-rewrite-percentage",
      integerParameter(
        [0, 2 ** 31 - 1],
        () => persistence.rewritePercentage,
        (percent) => (persistence.rewritePercentage = percent),
      ),
    ],
    [
      "auto-aof-rewrite-min-size",
      {
        get: () => String(persistence.rewriteBytesMin),
        prepare: (text) => {
          const bytes = parseBytes(text);
          return typeof bytes === "string" ? bytes : () => (persistence.rewriteBytesMin = Number(bytes));
        },
      },
    ],
    ["dbfilename", protectedText(() => RDB_NAME)],
    ["dir", protectedText(() => persistence.directory.path)],
    ["save", savePointsOf(persistence)],
  ];
}

/** The parameters that are on or off. */
function flagsOf(persistence: Persistence): readonly (readonly [string, Parameter])[] {
  const flags: readonly (readonly [name: string, get: () => boolean, set: (isOn: boolean) => void])[] = [
    ["appendonly", () => persistence.isAppendOnly, (isOn) => persistence.setAppendOnly(isOn)],
    ["aof-load-truncated", () => persistence.cutsTail, (isOn) => persistence.setCutsTail(isOn)],
    ["aof-timestamp-enabled", () => persistence.stampsTime, (isOn) => persistence.setStampsTime(isOn)],
    ["aof-use-rdb-preamble", () => persistence.usesPreamble, (isOn) => (persistence.usesPreamble = isOn)],
    ["no-appendfsync-on-rewrite", () => persistence.putsSyncOff, (isOn) => (persistence.putsSyncOff = isOn)],
    ["stop-writes-on-bgsave-error", () => persistence.stopsWrites, (isOn) => persistence.setStopsWrites(isOn)],
  ];
  return flags.map(([name, get, set]) => [name, flagParameter(get, set)]);
}

function savePointsOf(persistence: Persistence): Parameter {
  return {
    get: () => formatSavePoints(persistence.savePoints),
    prepare: (text) => {
      const points = parseSavePoints(text);
      if (points === undefined) return "Invalid save parameters";
      return () => {
        persistence.savePoints = points;
        persistence.guardWrites();
      };
    },
  };
}
