/**
 * The headers that handlers read: the one place to name another. A listener keeps these and no others. The reader
 * itself handles the headers about framing and about the connection.
 */

/** What a repeated header does: the request is refused, or the values are joined by commas. */
type Repetition = "refused" | "joined";

/** The headers that handlers read, in lower case. */
export const HEADERS = {
  authorization: "refused",
  host: "refused",
  origin: "joined",
  "x-forwarded-for": "joined",
  "upgrade-insecure-requests": "joined",
  "access-control-request-headers": "joined",
  "access-control-request-private-network": "joined",
  "stashd-stream-format": "joined",
  "upstash-encoding": "joined",
  "upstash-response-format": "joined",
  // The vendor's own samples misspell the header's name, so both spellings are in use.
  "upstash-reponse-format": "joined",
} as const satisfies Readonly<Record<string, Repetition>>;

/** The name of one of {@link HEADERS}. */
export type HeaderName = keyof typeof HEADERS;

/** A header as a reader looks it up. */
export interface Header {
  readonly name: string;
  /** Its place among the values of a request. */
  readonly index: number;
  readonly isUnique: boolean;
}

const LIST: readonly Header[] = Object.entries(HEADERS).map(([name, repetition], index) => {
  return { name, index, isUnique: repetition === "refused" };
});

/** The number of {@link HEADERS}. */
export const HEADER_COUNT = LIST.length;

/** The place of each header among the values of a request. */
export const HEADER_INDEX = Object.fromEntries(LIST.map(({ name, index }) => [name, index])) as Readonly<
  Record<HeaderName, number>
>;

/** The headers by the length of their names, which few share: the length rules most lines of a head out. */
export const HEADERS_BY_LENGTH: readonly (readonly Header[])[] = Array.from(
  { length: Math.max(...LIST.map(({ name }) => name.length)) + 1 },
  (_, length) => LIST.filter(({ name }) => name.length === length),
);
