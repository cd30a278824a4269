/** A component whose code is loaded when it is shown for the first time. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { TEXTS } from "../texts.ts";
import { Empty, Problem } from "./controls.tsx";
import { explain } from "../app/session.ts";

/** Shows the component that `load` resolves to; meanwhile that it loads, or why it cannot be loaded. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let Loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [, setReady] = useState(Loaded !== undefined);
    const [problem, setProblem] = useState<string>();
    useEffect(() => {
      if (Loaded !== undefined) return;
      load().then(
        (component) => {
          Loaded = component;
          setReady(true);
        },
        (error: unknown) => setProblem(explain(error)),
      );
    }, []);
    if (Loaded !== undefined) return <Loaded {...props} />;
    return problem === undefined ? <Empty>{TEXTS.app.loading}</Empty> : <Problem text={problem} />;
  };
}
