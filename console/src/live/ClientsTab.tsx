/** Who is connected, as CLIENT LIST tells it, and a way to end a connection. */
import { signal } from "@preact/signals";
import { theSession } from "../app/session.ts";
import { textOf, numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Button, IconButton, Problem } from "../ui/controls.tsx";
import { confirm } from "../ui/dialog.tsx";
import { complain, say } from "../ui/toasts.tsx";
import { visibleText } from "../ui/visible.ts";
import { formatBytes } from "./chart-list.ts";
import { COLUMNS, hasConnection, parseClients, sorted } from "./client-list.ts";
import type { ClientFacts, Column } from "./client-list.ts";
import { live } from "./live.ts";
import { FilterField } from "./LogView.tsx";
import { useReading } from "./use-reading.ts";

const order = signal<{ readonly column: Column; readonly isDown: boolean }>({ column: "id", isDown: false });
const wanted = signal("");

const EVERY_MS = 3000;

/** Clients that are listed. */
const CLIENTS_MAX = 1000;

export function ClientsTab() {
  const { client } = live();
  const { problem, read, value } = useReading(
    async () => parseClients(textOf(await client.command("CLIENT LIST"))),
    EVERY_MS,
  );
  const text = wanted.value.toLowerCase();
  const found = sorted(value ?? [], order.value.column, order.value.isDown).filter((one) =>
    Object.values(one).some((field) => String(field).toLowerCase().includes(text)),
  );
  return (
    <div class="live-page">
      <div class="live-tools">
        <FilterField label={TEXTS.live.clientFilter} value={wanted.value} onInput={(typed) => (wanted.value = typed)} />
        <span class="grow" />
        <span class="hint">{TEXTS.live.clientsShown(found.length, value?.length ?? 0)}</span>
        <IconButton icon="refresh" label={TEXTS.app.refresh} onClick={read} />
      </div>
      {problem !== undefined && <Problem text={problem} />}
      <ClientTable clients={found.slice(0, CLIENTS_MAX)} onKilled={read} />
      <p class="hint">{TEXTS.live.restClients}</p>
    </div>
  );
}

/** The ids of this page's own streams, and whether a client is one of them. */
function isOwn({ id }: ClientFacts): boolean {
  const { keyEvents, monitor, subscriptions } = live();
  const followers = [
    monitor.follower,
    keyEvents.follower.value,
    ...subscriptions.list.value.map((one) => one.follower),
  ];
  return followers.some((follower) => follower?.id.value === id);
}

function kill({ addr, id }: ClientFacts, onKilled: () => void): void {
  confirm({
    title: TEXTS.live.kill,
    text: TEXTS.live.killText(id, visibleText(addr)),
    verb: TEXTS.live.kill,
    act: async () => {
      const killed = numberOf(await live().client.command(`CLIENT KILL ID ${id}`));
      if (killed > 0) say(TEXTS.live.killed(id));
      else complain(TEXTS.live.notKilled(id));
      onKilled();
    },
  });
}

interface TableProps {
  readonly clients: readonly ClientFacts[];
  readonly onKilled: () => void;
}

function ClientTable({ clients, onKilled }: TableProps) {
  const { mayWrite } = theSession().rights;
  const { column, isDown } = order.value;
  return (
    <div class="live-scroll" tabIndex={0} role="region" aria-label={TEXTS.live.tabs.clients}>
      <table class="live-table">
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th
                key={name}
                scope="col"
                class={NUMBERS.has(name) ? "" : "left"}
                aria-sort={name !== column ? "none" : isDown ? "descending" : "ascending"}
              >
                <button
                  type="button"
                  class="link"
                  onClick={() => (order.value = { column: name, isDown: name === column && !isDown })}
                >
                  {TEXTS.live.clientColumns[name]}
                  {name === column && <span aria-hidden="true">{isDown ? " ↓" : " ↑"}</span>}
                </button>
              </th>
            ))}
            <th scope="col">{TEXTS.live.connection}</th>
          </tr>
        </thead>
        <tbody>
          {clients.map((one) => (
            <tr key={one.id}>
              {COLUMNS.map((name) => (
                <Cell key={name} client={one} column={name} />
              ))}
              <td>
                {isOwn(one) ? (
                  <span class="badge">{TEXTS.live.ownClient}</span>
                ) : mayWrite && hasConnection(one) ? (
                  <Button aria-label={TEXTS.live.killOf(one.id)} onClick={() => kill(one, onKilled)}>
                    {TEXTS.live.killShort}
                  </Button>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Columns that are set to the right. */
const NUMBERS: ReadonlySet<Column> = new Set(["age", "idle", "listens", "memoryBytes"]);

function Cell({ client, column }: { readonly client: ClientFacts; readonly column: Column }) {
  const value = client[column];
  if (column === "flags") {
    const means = [...client.flags].map((flag) => TEXTS.live.clientFlags[flag] ?? flag).join(", ");
    return (
      <td class="left">
        <code>{client.flags}</code> <span class="hint">{means}</span>
      </td>
    );
  }
  if (column === "memoryBytes") return <td>{formatBytes(client.memoryBytes)}</td>;
  if (column === "age" || column === "idle") return <td>{TEXTS.live.seconds(client[column])}</td>;
  return <td class={typeof value === "number" ? "" : "left"}>{visibleText(String(value))}</td>;
}
