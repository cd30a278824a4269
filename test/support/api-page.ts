/**
 * `docs/api.md`, from the docstrings of the package's declarations. Run as a program it writes the page.
 *
 * TypeDoc and its markdown plugin would do this, but TypeDoc 0.28 works with TypeScript up to 6, and this repository has
 * TypeScript 7. Its compiler answers the same questions over an API, which is called unstable; the page needs little of it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ast from "typescript/unstable/ast";
import { API, NodeBuilderFlags, SymbolFlags } from "typescript/unstable/sync";
import type { Checker, Project, Symbol } from "typescript/unstable/sync";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const HEAD = `# API

Written by \`npm run docs\` from the docstrings of the public declarations. \`import\` and \`require\` both find what is here, with types for either.
`;

/** What a table says beside the docstrings: values by the name of an interface. */
const DEFAULTS: Readonly<Record<string, object>> = { Limits: DEFAULT_LIMITS };

/** A public name and what it stands for. */
interface Entry {
  readonly name: string;
  readonly symbol: Symbol;
  readonly declaration: ast.Node;
}

/** An entry point of the package. */
interface EntryPoint {
  /** What programs import: `stashd`. */
  readonly name: string;
  readonly entries: readonly Entry[];
}

/** The text of the page, of the declarations that are built, and the public names that have no docstring. */
export function apiPage(): { text: string; undocumented: string[] } {
  const api = new API({ cwd: ROOT });
  const folder = mkdtempSync(join(tmpdir(), "stashd-api-"));
  try {
    const entryFiles = entryPointFiles();
    const compilerOptions = { module: "node16", types: ["node"], typeRoots: [join(ROOT, "node_modules/@types")] };
    const config = join(folder, "tsconfig.json");
    writeFileSync(config, JSON.stringify({ files: Object.values(entryFiles), compilerOptions }));
    const project = api.updateSnapshot({ openProject: config }).getProjects()[0]!;
    const points = Object.entries(entryFiles).map(([name, file]) => ({
      name,
      entries: entriesOf(project, name, file),
    }));
    const page = new ApiPage(project.checker, points);
    const text = `${HEAD}\n${points.map((point) => page.section(point)).join("\n")}`;
    return {
      // A type of another package is named by where that lies, which is elsewhere in each checkout.
      text: text.replaceAll(/\bimport\("[^"]*\/node_modules\/([^"]+)"\)/g, 'import("$1")'),
      undocumented: page.undocumented,
    };
  } finally {
    api.close();
    rmSync(folder, { recursive: true });
  }
}

/** The declarations by what programs import, from the exports of `package.json`. */
function entryPointFiles(): Record<string, string> {
  type Exports = Readonly<Record<string, string | { types: string }>>;
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    name: string;
    exports: Exports;
  };
  return Object.fromEntries(
    Object.entries(exports).flatMap(([path, target]) =>
      typeof target === "string" ? [] : [[name + path.slice(1), join(ROOT, target.types)]],
    ),
  );
}

function entriesOf(project: Project, point: string, file: string): Entry[] {
  const { checker, program } = project;
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  return checker.getExportsOfModule(module).map((exported) => {
    const symbol = (exported.flags & SymbolFlags.Alias) === 0 ? exported : checker.getAliasedSymbol(exported);
    // Each entry point has its own.
    const name = exported.name === "default" ? `The default export of ${point}` : exported.name;
    return { name, symbol, declaration: symbol.declarations[0]!.resolve(project)! };
  });
}

/** Writes the sections of the page. */
class ApiPage {
  /** Names without a docstring, as `Log.info`. */
  readonly undocumented: string[] = [];
  private readonly checker: Checker;
  private readonly names: ReadonlySet<string>;
  private readonly described = new Set<string>();

  constructor(checker: Checker, points: readonly EntryPoint[]) {
    this.checker = checker;
    this.names = new Set(points.flatMap(({ entries }) => entries.map(({ name }) => name)));
  }

  section({ name, entries }: EntryPoint): string {
    // What several entry points export is described with the first.
    const fresh = entries.filter((entry) => !this.described.has(entry.name));
    const others = entries.filter((entry) => !fresh.includes(entry)).map((entry) => link(entry.name));
    for (const entry of fresh) this.described.add(entry.name);
    const also = others.length === 0 ? "" : `\n\nAlso ${others.join(", ")}.`;
    return `## From \`${name}\`${also}\n\n${fresh.map((entry) => this.describe(entry)).join("\n")}`;
  }

  private describe(entry: Entry): string {
    const { name, symbol, declaration } = entry;
    const hasMembers = ast.isInterfaceDeclaration(declaration) || ast.isClassDeclaration(declaration);
    const body = hasMembers ? this.table(name, [...declaration.members]) : `\`\`\`ts\n${this.code(entry)}\n\`\`\``;
    return `${[`### ${name}`, this.documentation(symbol, name), body].join("\n\n")}\n`;
  }

  /** A function, constant or type as TypeScript writes it; a type is spelled out. */
  private code({ name, symbol, declaration }: Entry): string {
    if (ast.isTypeAliasDeclaration(declaration)) {
      const flags = NodeBuilderFlags.InTypeAlias | NodeBuilderFlags.NoTruncation;
      return `type ${name} = ${this.checker.typeToString(this.checker.getDeclaredTypeOfSymbol(symbol)!, undefined, flags)};`;
    }
    const text = declaration.getText().replace(/^export declare /, "");
    return ast.isVariableDeclaration(declaration) ? `const ${text};` : text;
  }

  /** The members of an interface or class, but for its constructor. */
  private table(owner: string, members: readonly (ast.Node & { readonly name?: ast.Node })[]): string {
    const defaults = DEFAULTS[owner] as Readonly<Record<string, unknown>> | undefined;
    const column = defaults === undefined ? [] : ["default"];
    const rows = members.flatMap((member) => {
      if (member.name === undefined) return [];
      const name = member.name.getText();
      const symbol = this.checker.getSymbolAtLocation(member.name);
      const what = symbol === undefined ? "" : this.documentation(symbol, `${owner}.${name}`);
      const code = oneLine(
        member
          .getText()
          .replace(/^readonly /, "")
          .replace(/;$/, ""),
      );
      return [[`\`${code}\``, oneLine(what), ...column.map(() => `\`${String(defaults![name])}\``)]];
    });
    const head = ["member", "what it is", ...column];
    return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  }

  /** The docstring of a name, in which other public names are links. */
  private documentation(symbol: Symbol, name: string): string {
    const text = symbol.getDocumentationComment(this.checker);
    if (text === "") this.undocumented.push(name);
    // Every second part is code.
    const parts = text.replaceAll(/(?<!\n)\n(?!\n)/g, " ").split("`");
    return parts
      .map((part, i) =>
        i % 2 === 1
          ? part
          : part.replaceAll(/\b[A-Za-z]+\b/g, (word) =>
              this.names.has(word) && /[a-z][A-Z]/.test(word) ? link(word) : word,
            ),
      )
      .join("`");
  }
}

/** A link to the section of a public name. */
function link(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

/** Text for a cell of a table, where a bar must be escaped. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|");
}

/** The path of the page. */
export const API_PAGE = join(ROOT, "docs/api.md");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(API_PAGE, apiPage().text);
