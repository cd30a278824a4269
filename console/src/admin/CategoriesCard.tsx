/** The categories of commands that rules name, and what is in each. */
import { useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import { itemsOf, stringOf, textOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { useLoaded } from "./loaded.ts";
import { Card } from "./parts.tsx";

export function CategoriesCard() {
  const { client } = theSession();
  const texts = TEXTS.admin.categories;
  const [current, setCurrent] = useState<string>();
  const { data, problem } = useLoaded(async () =>
    itemsOf(await client.command("ACL CAT"))
      .map(stringOf)
      .sort(),
  );
  const { data: names, problem: namesProblem } = useLoaded(
    async () =>
      current === undefined
        ? []
        : itemsOf(await client.send(["ACL", "CAT", current]))
            .map((name) => textOf(name))
            .sort(),
    [current],
  );
  return (
    <Card title={texts.title} problem={problem ?? namesProblem}>
      <p class="hint">{texts.hint}</p>
      <div class="admin-chips">
        {data?.map((name) => (
          <button
            key={name}
            type="button"
            class="admin-chip"
            aria-pressed={name === current}
            onClick={() => setCurrent(name === current ? undefined : name)}
          >
            @{name}
          </button>
        ))}
      </div>
      {current !== undefined && names !== undefined && (
        <p class="mono pre-wrap" aria-live="polite">
          {names.map((name) => name.replace("|", " ").toUpperCase()).join(", ")}
        </p>
      )}
    </Card>
  );
}
