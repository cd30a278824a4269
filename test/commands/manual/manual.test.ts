import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { manualNames, manualOf } from "../../../src/commands/manual/manual.ts";
import { MANUAL_STYLE, showSyntax } from "../../../src/commands/manual/syntax.ts";
import type { Argument } from "../../../src/commands/manual/syntax.ts";
import { commandTables } from "../../../src/commands/registry.ts";
import type { Command } from "../../../src/engine/command.ts";

const commands = commandTables.flat();
const folder = fileURLToPath(new URL("../../../../src/commands/", import.meta.url));

/** Commands whose syntax, as Redis states it, promises another number of words than their arity, and why. */
const OTHER_ARITY: Readonly<Record<string, string>> = {
  "CLIENT KILL": "every filter is optional, though one is wanted",
  COMMAND: "with further words it is a subcommand",
  QUIT: "further words are not looked at",
  PSYNC: "a failover adds a word of its own",
  REPLCONF: "its options are between servers",
};

describe("the manual", () => {
  test("has an entry for every row, and no other", () => {
    assert.deepEqual([...manualNames()].sort(), commands.map(({ name }) => name).sort());
  });

  test("tells of as many words as the arities do", () => {
    const wrong = commands.filter((command) => {
      if (command.isContainer && command.run === undefined) return manualOf(command).syntax.length > 0;
      return (arityOf(command) !== command.arity) !== command.name in OTHER_ARITY;
    });
    assert.deepEqual(
      wrong.map((command) => `${command.name} ${command.arity}, by its syntax ${arityOf(command)}`),
      [],
    );
  });

  test("tells of keys where the rows have specifications of keys", () => {
    for (const command of commands) {
      const told = keySpecsOf(manualOf(command).syntax);
      const known = command.keys.map((_, index) => index);
      assert.ok(
        [...told].every((index) => known.includes(index)),
        `${command.name}: ${[...told].join(" ")} of ${known.join(" ")}`,
      );
    }
  });

  test("is what handlers open with", () => {
    const opened = openings();
    const wrong = commands.flatMap((command) => {
      if (command.run === undefined || command.run.name === "help") return [];
      const lines = opened.get(command.run.name) ?? [];
      const shared = commands.filter(({ run }) => run === command.run).map(syntaxLine);
      const agrees = lines.some((line) => shared.some((syntax) => line === syntax || line.startsWith(`${syntax};`)));
      return agrees ? [] : [`${syntaxLine(command)}\n  opens with: ${lines.join("\n  or with: ")}`];
    });
    assert.deepEqual(wrong, [], wrong.join("\n"));
  });
});

function syntaxLine(command: Command): string {
  return `${command.name} ${showSyntax(manualOf(command).syntax, MANUAL_STYLE)}`.trimEnd();
}

/** The comments before functions by the functions' names, each as one line; several files may have one of a name. */
function openings(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    const source = readFileSync(folder + file, "utf8");
    for (const [, comment, name] of source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\n(?:export )?function (\w+)/g)) {
      const line = comment!.replaceAll(/\n \*/g, " ").replaceAll(/\s+/g, " ").trim();
      found.set(name!, [...(found.get(name!) ?? []), line.replace(/\. [A-Z].*$/, "")]);
    }
  }
  return found;
}

/** The arity that a syntax line amounts to: negative if the number of words varies. */
function arityOf(command: Command): number {
  const { least, varies } = sizeOf(manualOf(command).syntax);
  const words = command.name.split(" ").length + least;
  return varies ? -words : words;
}

function sizeOf(syntax: readonly Argument[]): { least: number; varies: boolean } {
  const sizes = syntax.map((argument) => {
    const { least, varies } = argument.type === "oneof" ? sizeOfOne(argument.parts) : sizeOf(argument.parts);
    const value = argument.type === "oneof" || argument.type === "block" ? least : 1;
    const token = argument.token !== undefined && argument.type !== "pure-token" ? 1 : 0;
    return {
      least: argument.isOptional ? 0 : value + token,
      varies: varies || argument.isOptional || argument.isMultiple,
    };
  });
  return {
    least: sizes.reduce((sum, { least }) => sum + least, 0),
    varies: sizes.some(({ varies }) => varies),
  };
}

function sizeOfOne(alternatives: readonly Argument[]): { least: number; varies: boolean } {
  const sizes = alternatives.map((alternative) => sizeOf([alternative]));
  const least = Math.min(...sizes.map((size) => size.least));
  return { least, varies: sizes.some((size) => size.varies || size.least !== least) };
}

function keySpecsOf(syntax: readonly Argument[]): Set<number> {
  return new Set(
    syntax.flatMap(({ keySpec, parts }) => [...keySpecsOf(parts), ...(keySpec === undefined ? [] : [keySpec])]),
  );
}
