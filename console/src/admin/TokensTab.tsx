/** Tokens: made of a user's password, and shown once, as the lines of a `.env` file. */
import { useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { showHidden } from "../app/show-hidden.ts";
import { fromText, toText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, stringOf, textOf } from "../client/reply.ts";
import { ROOT } from "../client/rest-client.ts";
import { TEXTS } from "../texts.ts";
import { Button, Field, Problem, Select } from "../ui/controls.tsx";
import { copyToClipboard } from "../ui/save.ts";
import { envBlock } from "./acl.ts";
import { useLoaded } from "./loaded.ts";
import { Card, TextInput } from "./parts.tsx";

export function TokensTab() {
  const { client } = theSession();
  const texts = TEXTS.admin.tokens;
  const { data: users, problem } = useLoaded(async () => itemsOf(await client.command("ACL USERS")).map(stringOf));
  const [block, setBlock] = useState<string>();
  return (
    <Card title={texts.title} problem={problem}>
      <p>{texts.intro}</p>
      {users !== undefined && block === undefined && (
        <TokenForm users={users} onMade={(token) => setBlock(blockOf(token))} />
      )}
      {block !== undefined && (
        <>
          <p>{texts.once}</p>
          <pre class="pre-wrap admin-token-block" tabIndex={0} aria-label={texts.block}>
            {block}
          </pre>
          <div class="admin-buttons">
            <Button icon="copy" look="primary" onClick={() => void copyToClipboard(block)}>
              {TEXTS.app.copy}
            </Button>
            <Button onClick={() => setBlock(undefined)}>{texts.done}</Button>
          </div>
        </>
      )}
    </Card>
  );
}

const blockOf = (token: string): string => envBlock(ROOT.replace(/\/$/, ""), token);

interface TokenFormProps {
  readonly users: readonly ByteString[];
  readonly onMade: (token: string) => void;
}

function TokenForm({ users, onMade }: TokenFormProps) {
  const { client, rights } = theSession();
  const texts = TEXTS.admin.tokens;
  const [at, setAt] = useState("0");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string>();
  const user = users[Number(at)]!;
  const run = (make: () => Promise<string>): void => {
    setProblem(undefined);
    make().then(onMade, (error: unknown) => setProblem(explain(error)));
  };
  const tokenOf = async (secret: ByteString): Promise<string> =>
    textOf(await client.send(["ACL", "RESTTOKEN", user, secret]));
  const add = async (): Promise<string> => {
    const secret = fromText(textOf(await client.command("ACL GENPASS")));
    await client.send(["ACL", "SETUSER", user, `>${secret}`]);
    return tokenOf(secret);
  };
  return (
    <form
      class="admin-form"
      onSubmit={(event) => {
        event.preventDefault();
        run(() => tokenOf(fromText(password)));
      }}
    >
      <Select
        label={texts.user}
        options={users.map((name, i) => ({ value: String(i), label: showHidden(toText(name)) }))}
        value={at}
        onSelect={setAt}
      />
      <Field label={texts.password} hint={texts.passwordHint}>
        {(attributes) => <TextInput {...attributes} value={password} onText={setPassword} />}
      </Field>
      {problem !== undefined && <Problem text={showHidden(problem)} />}
      <div class="admin-buttons">
        <Button type="submit" look="primary" disabled={password === ""}>
          {texts.make}
        </Button>
        {rights.mayWrite && <Button onClick={() => run(add)}>{texts.makeNew}</Button>}
      </div>
      <p class="hint">{texts.newHint}</p>
    </form>
  );
}
