/** Dark or light: the system's choice, until the person makes one. */
import { computed, effect, signal } from "@preact/signals";

type Theme = "system" | "dark" | "light";

const STORAGE_KEY = "stashd.theme";

const kept = localStorage.getItem(STORAGE_KEY);

export const theme = signal<Theme>(kept === "dark" || kept === "light" ? kept : "system");

const media = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(media.matches);
media.addEventListener("change", () => (systemIsDark.value = media.matches));

/** Whether the page is dark now. */
export const isDark = computed(() => (theme.value === "system" ? systemIsDark.value : theme.value === "dark"));

effect(() => localStorage.setItem(STORAGE_KEY, theme.value));

// One place decides, so that the style sheet has each colour twice and not three times.
effect(() => void (document.documentElement.dataset["theme"] = isDark.value ? "dark" : "light"));

/** Takes the next theme: system, dark, light. */
export function nextTheme(): void {
  theme.value = theme.value === "system" ? "dark" : theme.value === "dark" ? "light" : "system";
}
