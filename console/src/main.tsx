/** The console begins. */
import { render } from "preact";
import { App } from "./app/App.tsx";
import { resume } from "./app/session.ts";

await resume();
render(<App />, document.querySelector("#app")!);
