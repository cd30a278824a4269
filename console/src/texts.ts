/** Every text that the console shows, in English. Functions take what stands in the middle of a text. */

/** A count with its noun: `1 key`, `2,000 keys`. */
export function amount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

const app = {
  name: "stashd",
  title: "stashd console",
  cancel: "Cancel",
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  refresh: "Refresh",
  offline: "The server does not answer. The console goes on as soon as it does.",
  offlineShort: "Server away",
  online: "Connected",
  readOnly: "Reads only",
  readOnlyHint: "This token may only read, so the console does not offer changes.",
  notAllowed: (text: string) => `Your rights do not allow this: ${text.replace(/^NOPERM /, "")}.`,
  loading: "Loading …",
  navigation: "Screens",
  skip: "Skip to the content",
  logOut: "Log out",
  user: (name: string) => `Logged in as ${name}`,
  theme: { system: "Theme: the system's", dark: "Theme: dark", light: "Theme: light" },
  screens: { keys: "Keys", cli: "Command line", live: "Live", admin: "Administration" },
  faultTitle: "This part of the console has failed",
  faultHint: "The data is not affected. Load the page again; if it happens again, please report it with this text:",
};

const login = {
  title: "Log in to stashd",
  intro: "The console shows what a token may see, and changes what it may change.",
  token: "Token",
  tokenHint:
    "The UPSTASH_REDIS_REST_TOKEN of this server, or an ACL user's token. It stays in this tab and is gone when the tab is closed.",
  submit: "Log in",
  easier: "Without looking for a token: run `stashd console`, which opens this page with a link that works once.",
  tokenRefused: "The server does not know this token.",
  tokenRevoked: "The token is not valid any more. Log in again.",
  noServer: "The server does not answer. Is it running?",
  codeUsed: "This link has been used. Run `stashd console` for another, or log in with a token.",
};

const palette = {
  title: "Commands of the console",
  placeholder: "What do you want to do?",
  none: "Nothing by that name",
  open: "Open the palette",
  goTo: (screen: string) => `Go to ${screen}`,
  shortcut: "Ctrl-K",
};

export const TEXTS = { app, login, palette };
