/** Administration: users, tokens, persistence, scripts and functions, the server. Each tab has an address of its own. */
import type { ComponentType } from "preact";
import { goTo, place } from "../app/route.ts";
import { theSession } from "../app/session.ts";
import { useActions } from "../app/actions.ts";
import { fromText, toText } from "../client/bytes.ts";
import { TEXTS } from "../texts.ts";
import { Tabs } from "../ui/controls.tsx";
import { FunctionsTab } from "./FunctionsTab.tsx";
import { PersistenceTab } from "./PersistenceTab.tsx";
import { ServerTab } from "./ServerTab.tsx";
import { TokensTab } from "./TokensTab.tsx";
import { UsersTab } from "./UsersTab.tsx";

const TABS = ["users", "tokens", "persistence", "functions", "server"] as const;

type Tab = (typeof TABS)[number];

const COMPONENTS: Readonly<Record<Tab, ComponentType>> = {
  users: UsersTab,
  tokens: TokensTab,
  persistence: PersistenceTab,
  functions: FunctionsTab,
  server: ServerTab,
};

export function AdminScreen() {
  const current = TABS.find((tab) => tab === toText(place.value.words[0] ?? "")) ?? "users";
  const { rights } = theSession();
  useActions(() =>
    TABS.map((tab) => ({ id: `admin-${tab}`, title: TEXTS.admin.open(TEXTS.admin.tabs[tab]), run: () => show(tab) })),
  );
  const Shown = COMPONENTS[current];
  return (
    <section class="admin" aria-label={TEXTS.app.screens.admin}>
      <Tabs
        label={TEXTS.app.screens.admin}
        tabs={TABS.map((value) => ({ value, label: TEXTS.admin.tabs[value] }))}
        current={current}
        onSelect={show}
      />
      <div class="admin-tab">
        {!rights.mayWrite && <p class="hint">{TEXTS.app.readOnlyHint}</p>}
        <Shown key={current} />
      </div>
    </section>
  );
}

const show = (tab: Tab): void => goTo("admin", fromText(tab));
