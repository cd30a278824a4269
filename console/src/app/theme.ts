/** Dark or light: the system's choice, until the person makes one. */
import { effect, signal } from "@preact/signals";

type Theme = "system" | "dark" | "light";

const STORAGE_KEY = "stashd.theme";

const kept = localStorage.getItem(STORAGE_KEY);

export const theme = signal<Theme>(kept === "dark" || kept === "light" ? kept : "system");

effect(() => {
  localStorage.setItem(STORAGE_KEY, theme.value);
  if (theme.value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
});

/** Takes the next theme: system, dark, light. */
export function nextTheme(): void {
  theme.value = theme.value === "system" ? "dark" : theme.value === "dark" ? "light" : "system";
}
