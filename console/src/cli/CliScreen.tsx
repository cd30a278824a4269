/** The screen `cli`. */
import { TEXTS } from "../texts.ts";
import { Empty } from "../ui/controls.tsx";

export function CliScreen() {
  return <Empty>{TEXTS.app.screens.cli}</Empty>;
}
