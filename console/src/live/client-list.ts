/** What CLIENT LIST answers: a line for each client, of fields and their values. */

export interface ClientFacts {
  readonly id: string;
  readonly addr: string;
  readonly name: string;
  /** Seconds since it connected, and since it last sent a command. */
  readonly age: number;
  readonly idle: number;
  /** Letters, such as `P` for one that listens to channels; `N` for none. */
  readonly flags: string;
  readonly db: string;
  /** Channels and patterns that it listens to. */
  readonly listens: number;
  readonly memoryBytes: number;
  readonly command: string;
  readonly user: string;
  readonly resp: string;
  /** The client's library and its version. */
  readonly library: string;
}

/** The clients of an answer, as a text. Fields that a server does not have are empty or 0. */
export function parseClients(text: string): ClientFacts[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("id="))
    .map((line) => {
      const fields = new Map(
        line.split(" ").map((field) => {
          const at = field.indexOf("=");
          return [field.slice(0, at), field.slice(at + 1)] as const;
        }),
      );
      const of = (name: string): string => fields.get(name) ?? "";
      const count = (name: string): number => Number(of(name)) || 0;
      return {
        id: of("id"),
        addr: of("addr"),
        name: of("name"),
        age: count("age"),
        idle: count("idle"),
        flags: of("flags"),
        db: of("db"),
        listens: count("sub") + count("psub") + count("ssub"),
        memoryBytes: count("tot-mem"),
        command: of("cmd").toUpperCase().replace("|", " "),
        user: of("user"),
        resp: of("resp"),
        library: `${of("lib-name")} ${of("lib-ver")}`.trim(),
      };
    });
}

/** Columns that can be sorted by. */
export const COLUMNS = [
  "id",
  "addr",
  "name",
  "user",
  "flags",
  "command",
  "age",
  "idle",
  "listens",
  "memoryBytes",
  "library",
] as const;

export type Column = (typeof COLUMNS)[number];

/** The clients in the order of a column: numbers by their size, texts by their letters. */
export function sorted(clients: readonly ClientFacts[], column: Column, isDown: boolean): ClientFacts[] {
  const order = (a: ClientFacts, b: ClientFacts): number => {
    const [x, y] = [a[column], b[column]];
    if (typeof x === "number" && typeof y === "number") return x - y;
    return String(x).localeCompare(String(y), "en", { numeric: true });
  };
  return clients.toSorted((a, b) => (isDown ? order(b, a) : order(a, b)) || Number(a.id) - Number(b.id));
}

/** Whether CLIENT KILL can close its connection: the requests of a REST user have none of their own. */
export const hasConnection = ({ addr, flags }: ClientFacts): boolean => addr !== "?:0" || /[OP]/.test(flags);
