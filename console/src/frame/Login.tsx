/** Asks for a token, where no link with a code has brought one. */
import { useState } from "preact/hooks";
import { TEXTS } from "../texts.ts";
import { Button, Field, Problem } from "../ui/controls.tsx";
import { logIn, loginProblem } from "../app/session.ts";

export function Login() {
  const [token, setToken] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await logIn(token.trim());
    setBusy(false);
  };
  return (
    <main class="login">
      <form onSubmit={submit}>
        <h1>{TEXTS.login.title}</h1>
        <p>{TEXTS.login.intro}</p>
        {loginProblem.value !== undefined && <Problem text={loginProblem.value} />}
        <Field label={TEXTS.login.token} hint={TEXTS.login.tokenHint}>
          {(attributes) => (
            <input
              {...attributes}
              class="input"
              type="password"
              autocomplete="off"
              spellcheck={false}
              required
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button type="submit" look="primary" disabled={isBusy}>
          {TEXTS.login.submit}
        </Button>
        <p class="hint">{TEXTS.login.easier}</p>
      </form>
    </main>
  );
}
