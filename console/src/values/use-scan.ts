/** A scan for as long as a view is shown, begun again with another pattern and for another version of the value. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { theSession } from "../app/session.ts";
import type { ByteString } from "../client/bytes.ts";
import { numberOf } from "../client/reply.ts";
import { Scan } from "./scan.ts";
import type { Element, ScanCommand } from "./scan.ts";

const COUNTERS: Readonly<Record<ScanCommand, string>> = { HSCAN: "HLEN", SSCAN: "SCARD", ZSCAN: "ZCARD" };

export function useScan(
  command: ScanCommand,
  key: ByteString,
  version: number,
  onPage?: (added: readonly Element[]) => void,
  first: ByteString = "",
) {
  const { client } = theSession();
  const [pattern, setPattern] = useState<ByteString>(first);
  const [total, setTotal] = useState<number>();
  const scan = useMemo(() => new Scan(client, command, key, pattern, onPage), [client, key, pattern, version]);
  useEffect(() => {
    void scan.run();
    client.ask([COUNTERS[command], key]).then(
      (reply) => setTotal(reply.kind === "integer" ? numberOf(reply) : undefined),
      () => setTotal(undefined),
    );
    return () => scan.end();
  }, [scan]);
  // Drawn again with each page. What was read before stays in sight until as much is read again.
  void scan.count.value;
  const shown = useRef({ scan, pattern });
  const isBehind = scan.state.value === "running" && scan.elements.length < shown.current.scan.elements.length;
  if (!isBehind || pattern !== shown.current.pattern) shown.current = { scan, pattern };
  return { scan: shown.current.scan, total: pattern === "" ? total : undefined, pattern, setPattern };
}
