/** Users: what each may do in words, tried by ACL DRYRUN; made, changed and deleted; and what was refused lately. */
import { useEffect, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import { showHidden } from "../app/show-hidden.ts";
import { toText } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, stringOf, textOf } from "../client/reply.ts";
import { splitCommands } from "../client/split.ts";
import { TEXTS } from "../texts.ts";
import { Button, Empty, Field, Problem } from "../ui/controls.tsx";
import { confirm } from "../ui/dialog.tsx";
import { complain, say } from "../ui/toasts.tsx";
import { explainUser, logOf, userOf } from "./acl.ts";
import type { AclUser } from "./acl.ts";
import { CategoriesCard } from "./CategoriesCard.tsx";
import { useLoaded } from "./loaded.ts";
import { Card, TextInput } from "./parts.tsx";
import { UserDialog } from "./UserDialog.tsx";

async function loadUsers(): Promise<readonly AclUser[]> {
  const { client } = theSession();
  const names = itemsOf(await client.command("ACL USERS")).map(stringOf);
  const replies = await client.many(names.map((name) => ["ACL", "GETUSER", name]));
  return names.flatMap((name, i) => (replies[i]!.kind === "array" ? [userOf(name, replies[i]!)] : []));
}

export function UsersTab() {
  const { data: users, problem, reload } = useLoaded(loadUsers);
  const [edited, setEdited] = useState<AclUser | "new">();
  const { rights } = theSession();
  const texts = TEXTS.admin.users;
  return (
    <>
      <Card title={texts.title} onReload={reload} problem={problem}>
        {rights.mayWrite && users !== undefined && (
          <div class="admin-buttons">
            <Button icon="plus" onClick={() => setEdited("new")}>
              {texts.create}
            </Button>
            <Button onClick={() => act(["ACL", "SAVE"], texts.saved)}>{texts.save}</Button>
          </div>
        )}
        {users?.map((user) => (
          <UserView key={user.name} user={user} onEdit={() => setEdited(user)} onChanged={reload} />
        ))}
      </Card>
      <AclLog />
      <CategoriesCard />
      {edited !== undefined && (
        <UserDialog
          user={edited === "new" ? undefined : edited}
          onClose={() => {
            setEdited(undefined);
            reload();
          }}
        />
      )}
    </>
  );
}

/** Runs a command, and says that it was done or why not. */
function act(words: readonly ByteString[], done: string, then: () => void = () => {}): void {
  theSession()
    .client.send(words)
    .then(
      () => {
        say(done);
        then();
      },
      (error: unknown) => complain(explain(error)),
    );
}

interface UserProps {
  readonly user: AclUser;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

function UserView({ user, onEdit, onChanged }: UserProps) {
  const { client, rights } = theSession();
  const texts = TEXTS.admin.users;
  const name = showHidden(toText(user.name));
  const isSelf = toText(user.name) === rights.user;
  const remove = (): void =>
    confirm({
      title: texts.deleteTitle(name),
      text: isSelf ? texts.deleteSelf : texts.deleteText,
      verb: texts.delete,
      async act() {
        await client.send(["ACL", "DELUSER", user.name]);
        onChanged();
      },
    });
  const toggle = (): void =>
    act(["ACL", "SETUSER", user.name, user.isOn ? "off" : "on"], user.isOn ? texts.disabled : texts.enabled, onChanged);
  return (
    <article class="admin-user" aria-label={name}>
      <header>
        <h3>{name}</h3>
        <span class="badge">{user.isOn ? texts.on : texts.off}</span>
        {isSelf && <span class="badge">{texts.self}</span>}
        <span class="grow" />
        {rights.mayWrite && (
          <>
            <Button onClick={onEdit}>{texts.edit}</Button>
            <Button onClick={toggle}>{user.isOn ? texts.disable : texts.enable}</Button>
            {toText(user.name) !== "default" && (
              <Button icon="trash" onClick={remove}>
                {texts.delete}
              </Button>
            )}
          </>
        )}
      </header>
      <ul>
        {explainUser(user).map((line) => (
          <li key={line}>{showHidden(line)}</li>
        ))}
      </ul>
      <DryRun user={user} />
    </article>
  );
}

/** Whether the user may run a command, which is not run. */
function DryRun({ user }: { readonly user: AclUser }) {
  const [text, setText] = useState("");
  const [answer, setAnswer] = useState<string>();
  const [problem, setProblem] = useState<string>();
  // The rules have changed since.
  useEffect(() => setAnswer(undefined), [user]);
  const texts = TEXTS.admin.users;
  const { commands } = splitCommands(text);
  const words = commands[0]?.words.map(({ bytes }) => bytes);
  const run = async (): Promise<void> => {
    setAnswer(undefined);
    setProblem(undefined);
    try {
      setAnswer(textOf(await theSession().client.send(["ACL", "DRYRUN", user.name, ...words!])));
    } catch (error) {
      setProblem(explain(error));
    }
  };
  return (
    <form
      class="admin-dry-run"
      onSubmit={(event) => {
        event.preventDefault();
        if (words !== undefined) void run();
      }}
    >
      <Field label={texts.tryLabel(showHidden(toText(user.name)))}>
        {(attributes) => <TextInput {...attributes} value={text} placeholder={texts.tryPlaceholder} onText={setText} />}
      </Field>
      <Button type="submit" disabled={words === undefined}>
        {texts.try}
      </Button>
      <p role="status" class={answer === "OK" ? "admin-allowed" : "admin-refusal"}>
        {answer === undefined ? "" : answer === "OK" ? texts.mayRun : texts.mayNotRun(showHidden(answer))}
      </p>
      {problem !== undefined && <Problem text={showHidden(problem)} />}
    </form>
  );
}

function AclLog() {
  const { client, rights } = theSession();
  const texts = TEXTS.admin.log;
  const { data, problem, reload } = useLoaded(async () => logOf(await client.command("ACL LOG")));
  return (
    <Card title={texts.title} onReload={reload} problem={problem}>
      {data?.length === 0 && <Empty>{texts.none}</Empty>}
      {data !== undefined && data.length > 0 && (
        <>
          <div class="admin-scroll" tabIndex={0} role="group" aria-label={texts.title}>
            <table>
              <thead>
                <tr>
                  {texts.columns.map((column) => (
                    <th key={column} scope="col">
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {data.map((entry, i) => (
                  <tr key={i}>
                    <td>{texts.ago(entry.ageSeconds)}</td>
                    <td>{showHidden(entry.username)}</td>
                    <td>{texts.reasons[entry.reason] ?? entry.reason}</td>
                    <td class="mono">{showHidden(entry.object)}</td>
                    <td>{entry.context}</td>
                    <td>{entry.count}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {rights.mayWrite && (
            <Button onClick={() => act(["ACL", "LOG", "RESET"], texts.cleared, reload)}>{texts.reset}</Button>
          )}
        </>
      )}
    </Card>
  );
}
