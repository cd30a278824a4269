/** Libraries of functions with their source; scripts of the cache, as far as a server tells of them. */
import { useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { showHidden } from "../app/show-hidden.ts";
import { fromText } from "../client/bytes.ts";
import { itemsOf, numberOf, pairsOf, textOf } from "../client/reply.ts";
import type { Reply } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { CodeEditor } from "../ui/code-editor.tsx";
import { Button, Empty, Field } from "../ui/controls.tsx";
import { confirm, FormDialog } from "../ui/dialog.tsx";
import { complain, say } from "../ui/toasts.tsx";
import { useLoaded } from "./loaded.ts";
import { Card, Facts, TextInput } from "./parts.tsx";

interface Library {
  readonly name: string;
  readonly engine: string;
  readonly functions: readonly { readonly name: string; readonly flags: string; readonly description: string }[];
  readonly code: string;
}

const fieldsOf = (reply: Reply): ReadonlyMap<string, Reply> =>
  new Map(pairsOf(reply).map(([name, value]) => [textOf(name), value]));

function libraryOf(reply: Reply): Library {
  const fields = fieldsOf(reply);
  const field = (name: string): string => {
    const value = fields.get(name);
    return value === undefined ? "" : textOf(value);
  };
  const functions = fields.get("functions");
  return {
    name: field("library_name"),
    engine: field("engine"),
    code: field("library_code"),
    functions: (functions === undefined ? [] : itemsOf(functions)).map((one) => {
      const parts = fieldsOf(one);
      const [name, description, flags] = ["name", "description", "flags"].map((part) => parts.get(part));
      return {
        name: name === undefined ? "" : textOf(name),
        description: description === undefined ? "" : textOf(description),
        flags: flags === undefined ? "" : itemsOf(flags).map(textOf).join(", "),
      };
    }),
  };
}

const EXAMPLE =
  "#!lua name=mylib\n\nredis.register_function('hello', function(keys, args)\n  return 'hello ' .. (args[1] or 'world')\nend)\n";

export function FunctionsTab() {
  const { client, rights } = theSession();
  const texts = TEXTS.admin.functions;
  const { data, problem, reload } = useLoaded(async () =>
    itemsOf(await client.command("FUNCTION LIST WITHCODE")).map(libraryOf),
  );
  const [edited, setEdited] = useState<{ readonly code: string; readonly replaces: boolean }>();
  return (
    <>
      <Card title={texts.title} onReload={reload} problem={problem}>
        {rights.mayWrite && data !== undefined && (
          <div class="admin-buttons">
            <Button icon="plus" onClick={() => setEdited({ code: EXAMPLE, replaces: false })}>
              {texts.load}
            </Button>
          </div>
        )}
        {data?.length === 0 && <Empty>{texts.none}</Empty>}
        {data?.map((library) => (
          <LibraryView
            key={library.name}
            library={library}
            onEdit={() => setEdited({ code: library.code, replaces: true })}
            onChanged={reload}
          />
        ))}
      </Card>
      <StatsCard libraries={data} />
      <ScriptsCard />
      {edited !== undefined && (
        <LibraryDialog
          {...edited}
          onClose={() => {
            setEdited(undefined);
            reload();
          }}
        />
      )}
    </>
  );
}

interface LibraryProps {
  readonly library: Library;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

function LibraryView({ library, onEdit, onChanged }: LibraryProps) {
  const { client, rights } = theSession();
  const texts = TEXTS.admin.functions;
  const name = showHidden(library.name);
  const remove = (): void =>
    confirm({
      title: texts.deleteTitle(name),
      text: texts.deleteText(library.functions.map((one) => showHidden(one.name)).join(", ")),
      verb: texts.delete,
      async act() {
        await client.send(["FUNCTION", "DELETE", fromText(library.name)]);
        onChanged();
      },
    });
  return (
    <article class="admin-user" aria-label={name}>
      <header>
        <h3>{name}</h3>
        <span class="badge">{library.engine}</span>
        <span class="grow" />
        {rights.mayWrite && (
          <>
            <Button onClick={onEdit}>{texts.edit}</Button>
            <Button icon="trash" onClick={remove}>
              {texts.delete}
            </Button>
          </>
        )}
      </header>
      <ul>
        {library.functions.map((one) => (
          <li key={one.name}>
            <span class="mono">{showHidden(one.name)}</span>{" "}
            <span class="hint">
              {showHidden([one.description, one.flags].filter((text) => text !== "").join(", "))}
            </span>
          </li>
        ))}
      </ul>
      <details>
        <summary>{texts.source}</summary>
        <CodeEditor label={texts.sourceOf(name)} language="lua" readOnly height="320px" value={library.code} />
      </details>
    </article>
  );
}

interface LibraryDialogProps {
  readonly code: string;
  readonly replaces: boolean;
  readonly onClose: () => void;
}

function LibraryDialog({ code, onClose, replaces }: LibraryDialogProps) {
  const texts = TEXTS.admin.functions;
  const [text, setText] = useState(code);
  const [mayReplace, setMayReplace] = useState(replaces);
  return (
    <FormDialog
      wide
      title={replaces ? texts.edit : texts.load}
      verb={texts.save}
      onClose={onClose}
      onSubmit={async () => {
        const options = mayReplace ? ["REPLACE"] : [];
        const name = textOf(await theSession().client.send(["FUNCTION", "LOAD", ...options, fromText(text)]));
        say(texts.loaded(showHidden(name)));
      }}
    >
      <CodeEditor label={texts.source} language="lua" height="45vh" value={text} onChange={setText} />
      <label class="admin-check">
        <input type="checkbox" checked={mayReplace} onChange={(event) => setMayReplace(event.currentTarget.checked)} />
        {texts.replace}
      </label>
    </FormDialog>
  );
}

/** Asked again when the libraries have changed. */
function StatsCard({ libraries }: { readonly libraries: readonly Library[] | undefined }) {
  const { client } = theSession();
  const texts = TEXTS.admin.functions;
  const { data, problem, reload } = useLoaded(async () => {
    const fields = fieldsOf(await client.command("FUNCTION STATS"));
    const running = fields.get("running_script");
    const engines = fields.get("engines");
    return [
      [texts.running, running === undefined || running.kind === "null" ? texts.nothing : runningText(running)] as const,
      ...(engines === undefined ? [] : pairsOf(engines)).flatMap(([engine, counts]) =>
        pairsOf(counts).map(([name, count]) => [`${textOf(engine)} ${textOf(name)}`, String(numberOf(count))] as const),
      ),
    ];
  }, [libraries]);
  return (
    <Card title={texts.stats} onReload={reload} problem={problem}>
      {data !== undefined && <Facts facts={data} />}
    </Card>
  );
}

const runningText = (reply: Reply): string =>
  [...fieldsOf(reply)]
    .map(([name, value]) => `${name} ${value.kind === "array" ? value.items.map(textOf).join(" ") : textOf(value)}`)
    .join(", ");

/** Scripts are known by their digests only; no server lists them. */
function ScriptsCard() {
  const { client, rights } = theSession();
  const texts = TEXTS.admin.functions;
  const [digest, setDigest] = useState("");
  const [answer, setAnswer] = useState<string>();
  const check = (): void => {
    client.send(["SCRIPT", "EXISTS", fromText(digest.trim())]).then(
      (reply) => setAnswer(numberOf(itemsOf(reply)[0]!) === 1 ? texts.scriptThere : texts.scriptGone),
      (error: unknown) => complain(explain(error)),
    );
  };
  const flush = (): void =>
    confirm({
      title: texts.flush,
      text: texts.flushText,
      verb: texts.flush,
      act: async () => void (await client.command("SCRIPT FLUSH")),
    });
  return (
    <Card title={texts.scripts}>
      <p class="hint">{texts.scriptsHint}</p>
      <form
        class="admin-dry-run"
        onSubmit={(event) => {
          event.preventDefault();
          check();
        }}
      >
        <Field label={texts.digest}>
          {(attributes) => <TextInput {...attributes} value={digest} onText={setDigest} />}
        </Field>
        <Button type="submit" disabled={digest.trim() === ""}>
          {texts.check}
        </Button>
        <p role="status">{answer ?? ""}</p>
      </form>
      {rights.mayWrite && (
        <div class="admin-buttons">
          <Button icon="trash" onClick={flush}>
            {texts.flush}
          </Button>
        </div>
      )}
    </Card>
  );
}
