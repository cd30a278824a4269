/** The frame of the console: navigation, state of the connection, and the screen of the place. */
import { useEffect } from "preact/hooks";
import type { ComponentType } from "preact";
import { KeysScreen } from "../keys/KeysScreen.tsx";
import { TEXTS } from "../texts.ts";
import { confirm, Confirmation } from "../ui/dialog.tsx";
import { IconButton } from "../ui/controls.tsx";
import { Icon } from "../ui/icons.tsx";
import { Toasts } from "../ui/toasts.tsx";
import { addActions, runKeys } from "../app/actions.ts";
import { FaultBoundary } from "./FaultBoundary.tsx";
import { lazy } from "../ui/lazy.tsx";
import { Login } from "./Login.tsx";
import { isPaletteOpen, Palette } from "./Palette.tsx";
import { goTo, guardPlaces, linkTo, place, SCREENS } from "../app/route.ts";
import type { Screen } from "../app/route.ts";
import { logOut, session } from "../app/session.ts";
import type { Session } from "../app/session.ts";
import { nextTheme, theme } from "../app/theme.ts";
import { hasUnsaved } from "../app/unsaved.ts";

/** The screens. The first is loaded with the page, the others when they are opened. */
const COMPONENTS: Readonly<Record<Screen, ComponentType>> = {
  keys: KeysScreen,
  cli: lazy(async () => (await import("../cli/CliScreen.tsx")).CliScreen),
  live: lazy(async () => (await import("../live/LiveScreen.tsx")).LiveScreen),
  admin: lazy(async () => (await import("../admin/AdminScreen.tsx")).AdminScreen),
};

export function App() {
  const current = session.value;
  return (
    <>
      {current === undefined ? <Login /> : <Frame key={current.client.token} current={current} />}
      <Toasts />
      <Confirmation />
    </>
  );
}

function Frame({ current }: { readonly current: Session }) {
  useEffect(globalActions, []);
  useEffect(() => guardPlaces(askToLeave), []);
  const { screen } = place.value;
  const Shown = COMPONENTS[screen];
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={focusMain}>
        {TEXTS.app.skip}
      </a>
      <header class="top">
        <span class="brand">{TEXTS.app.name}</span>
        <Connection current={current} />
        <span class="grow" />
        <button
          type="button"
          class="palette-button"
          title={TEXTS.palette.open}
          onClick={() => (isPaletteOpen.value = true)}
        >
          <Icon name="search" />
          <span class="wide-only">{TEXTS.palette.open}</span>
          <kbd class="wide-only">{TEXTS.palette.shortcut}</kbd>
        </button>
        <IconButton icon="theme" label={TEXTS.app.theme[theme.value]} onClick={nextTheme} />
        <IconButton icon="logout" label={TEXTS.app.logOut} onClick={() => logOut()} />
      </header>
      <Offline current={current} />
      <nav class="rail" aria-label={TEXTS.app.navigation}>
        {SCREENS.map((name) => (
          <a key={name} href={linkTo(name)} aria-current={name === screen ? "page" : undefined}>
            <Icon name={name} />
            <span>{TEXTS.app.screens[name]}</span>
          </a>
        ))}
      </nav>
      <main id="main" class="main" tabIndex={-1}>
        <FaultBoundary key={screen}>
          <Shown />
        </FaultBoundary>
      </main>
      <Palette />
    </div>
  );
}

/** Leaves what is shown, or asks first where something would be lost. */
function askToLeave(go: () => void): void {
  if (!hasUnsaved()) return go();
  const { leaveText, leaveTitle, leaveVerb } = TEXTS.app;
  confirm({ title: leaveTitle, text: leaveText, verb: leaveVerb, act: async () => go() });
}

/** The fragment is the place, so the link must not change it. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")!.focus();
}

function Connection({ current: { client, rights } }: { readonly current: Session }) {
  const isOnline = client.isOnline.value;
  return (
    <span class="connection">
      <span class={isOnline ? "dot dot-good" : "dot dot-bad"} aria-hidden="true" />
      <span role="status">{isOnline ? TEXTS.app.online : TEXTS.app.offlineShort}</span>
      {!rights.mayWrite && (
        <span class="badge" title={TEXTS.app.readOnlyHint}>
          {TEXTS.app.readOnly}
        </span>
      )}
      {rights.user !== undefined && rights.user !== "default" && (
        <span class="badge" title={TEXTS.app.user(rights.user)}>
          {rights.user}
        </span>
      )}
    </span>
  );
}

/** Time between two questions whether the server is back, in milliseconds. */
const RETRY_MS = 1500;

/** Says that the server is away, and asks until it is back. */
function Offline({ current: { client } }: { readonly current: Session }) {
  const isOnline = client.isOnline.value;
  useEffect(() => {
    if (isOnline) return;
    // That it fails again is known already.
    const timer = setInterval(() => client.command("PING").catch(() => {}), RETRY_MS);
    return () => clearInterval(timer);
  }, [isOnline]);
  if (isOnline) return null;
  return (
    <p class="offline" role="status">
      <Icon name="warning" />
      <span>{TEXTS.app.offline}</span>
    </p>
  );
}

/** Keys of each screen, after `g`. */
const SCREEN_KEYS: Readonly<Record<Screen, string>> = { keys: "g k", cli: "g c", live: "g l", admin: "g a" };

function globalActions(): () => void {
  const remove = addActions([
    ...SCREENS.map((name) => ({
      id: `go-${name}`,
      title: TEXTS.palette.goTo(TEXTS.app.screens[name]),
      keys: SCREEN_KEYS[name],
      run: () => goTo(name),
    })),
    { id: "theme", title: TEXTS.app.theme.system.split(":")[0]!, run: nextTheme },
    { id: "log-out", title: TEXTS.app.logOut, run: () => logOut() },
  ]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      isPaletteOpen.value = !isPaletteOpen.value;
    } else if (!isPaletteOpen.value) {
      runKeys(event);
    }
  };
  addEventListener("keydown", onKeyDown);
  return () => {
    remove();
    removeEventListener("keydown", onKeyDown);
  };
}
