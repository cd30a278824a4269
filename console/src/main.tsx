/** The console begins. */
import { render } from "preact";
import { App } from "./frame/App.tsx";
import { resume } from "./app/session.ts";

await resume();
render(<App />, document.querySelector("#app")!);
