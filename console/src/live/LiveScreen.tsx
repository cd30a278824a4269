/** The screen `live`. */
import { TEXTS } from "../texts.ts";
import { Empty } from "../ui/controls.tsx";

export function LiveScreen() {
  return <Empty>{TEXTS.app.screens.live}</Empty>;
}
