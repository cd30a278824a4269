/** How the person wants the list of keys, kept by the browser. */
import { effect, signal } from "@preact/signals";

interface Preferences {
  readonly shape: "tree" | "flat";
  /** What separates the parts of a name, as text. */
  readonly separator: string;
  /** Whether a flat list begins with its last key. */
  readonly isBackwards: boolean;
  /** Which columns there are beside the name. */
  readonly hasTtl: boolean;
  readonly hasSize: boolean;
}

const STORAGE_KEY = "stashd.keys";

const DEFAULTS: Preferences = { shape: "tree", separator: ":", isBackwards: false, hasTtl: true, hasSize: true };

export const preferences = signal<Preferences>(kept());

effect(() => localStorage.setItem(STORAGE_KEY, JSON.stringify(preferences.value)));

export function prefer(changed: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...changed };
}

function kept(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}
