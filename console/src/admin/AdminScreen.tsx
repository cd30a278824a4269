/** The screen `admin`. */
import { TEXTS } from "../texts.ts";
import { Empty } from "../ui/controls.tsx";

export function AdminScreen() {
  return <Empty>{TEXTS.app.screens.admin}</Empty>;
}
