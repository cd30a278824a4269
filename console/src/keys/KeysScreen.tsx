/** The screen `keys`. */
import { TEXTS } from "../texts.ts";
import { Empty } from "../ui/controls.tsx";

export function KeysScreen() {
  return <Empty>{TEXTS.app.screens.keys}</Empty>;
}
