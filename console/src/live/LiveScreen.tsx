/** What happens on the server while one looks: charts, commands, messages, what is slow, who is connected, what is large. */
import type { ComponentType } from "preact";
import { useActions } from "../app/actions.ts";
import { goTo, place } from "../app/route.ts";
import { TEXTS } from "../texts.ts";
import { Tabs } from "../ui/controls.tsx";
import { lazy } from "../ui/lazy.tsx";
import { live } from "./live.ts";

const TABS = ["charts", "monitor", "messages", "events", "slow", "latency", "clients", "keys", "memory"] as const;

type Tab = (typeof TABS)[number];

const COMPONENTS: Readonly<Record<Tab, ComponentType>> = {
  charts: lazy(async () => (await import("./ChartsTab.tsx")).ChartsTab),
  monitor: lazy(async () => (await import("./MonitorTab.tsx")).MonitorTab),
  messages: lazy(async () => (await import("./MessagesTab.tsx")).MessagesTab),
  events: lazy(async () => (await import("./EventsTab.tsx")).EventsTab),
  slow: lazy(async () => (await import("./SlowTab.tsx")).SlowTab),
  latency: lazy(async () => (await import("./LatencyTab.tsx")).LatencyTab),
  clients: lazy(async () => (await import("./ClientsTab.tsx")).ClientsTab),
  keys: lazy(async () => (await import("./MemoryTab.tsx")).BiggestTab),
  memory: lazy(async () => (await import("./MemoryTab.tsx")).PrefixTab),
};

/** Whether something of a tab runs on while others are shown. */
function isRunning(tab: Tab): boolean {
  const { keyEvents, monitor, scanner, subscriptions } = live();
  if (tab === "monitor") return ["opening", "open", "away"].includes(monitor.follower.state.value);
  if (tab === "messages") return subscriptions.list.value.length > 0;
  if (tab === "events") return keyEvents.follower.value !== undefined;
  return (tab === "keys" || tab === "memory") && scanner.state.value === "running";
}

const labelOf = (tab: Tab): string =>
  isRunning(tab) ? TEXTS.live.running(TEXTS.live.tabs[tab]) : TEXTS.live.tabs[tab];

export function LiveScreen() {
  const current = TABS.find((tab) => tab === place.value.words[0]) ?? TABS[0];
  useActions(() =>
    TABS.map((tab) => ({
      id: `live-${tab}`,
      title: TEXTS.palette.goTo(TEXTS.live.tabs[tab]),
      run: () => goTo("live", tab),
    })),
  );
  const Shown = COMPONENTS[current];
  return (
    <section class="live" aria-label={TEXTS.app.screens.live}>
      <Tabs
        label={TEXTS.app.screens.live}
        tabs={TABS.map((value) => ({ value, label: labelOf(value) }))}
        current={current}
        onSelect={(tab) => goTo("live", tab)}
      />
      <div class="live-shown" role="tabpanel" aria-label={TEXTS.live.tabs[current]}>
        <Shown key={current} />
      </div>
    </section>
  );
}
