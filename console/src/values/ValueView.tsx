/** Shows and edits the value of a key, by its type. The code of each type is loaded when a key of it is opened. */
import type { ComponentType } from "preact";
import { lazy } from "../ui/lazy.tsx";
import type { ByteString } from "../client/bytes.ts";

export interface ValueProps {
  readonly keyName: ByteString;
  /** The answer of TYPE. */
  readonly type: string;
  /** Another number when the value is to be read again. What is being typed stays. */
  readonly version: number;
  /** Called after the value was changed here, also when the key is gone with it. */
  readonly onChanged?: (() => void) | undefined;
}

const JsonView = lazy(async () => (await import("./JsonView.tsx")).JsonView);

const VIEWS: Readonly<Record<string, ComponentType<ValueProps>>> = {
  string: lazy(async () => (await import("./StringView.tsx")).StringView),
  hash: lazy(async () => (await import("./HashView.tsx")).HashView),
  // What the hosted service calls it, and what Redis does.
  json: JsonView,
  "ReJSON-RL": JsonView,
  vectorset: lazy(async () => (await import("./VectorSetView.tsx")).VectorSetView),
  list: lazy(async () => (await import("./ListView.tsx")).ListView),
  set: lazy(async () => (await import("./SetView.tsx")).SetView),
  stream: lazy(async () => (await import("./StreamView.tsx")).StreamView),
  zset: lazy(async () => (await import("./ZSetView.tsx")).ZSetView),
};

const Other = lazy(async () => (await import("./OtherView.tsx")).OtherView);

export function ValueView(props: ValueProps) {
  const View = Object.hasOwn(VIEWS, props.type) ? VIEWS[props.type]! : Other;
  // A key of the same name with another type is another value.
  return (
    <div class="value" key={`${props.type} ${props.keyName}`}>
      <View {...props} />
    </div>
  );
}
