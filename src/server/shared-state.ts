/**
 * Keeps the users of this process equal to those of the others on its ports, and counts with them: failed logins at once,
 * quotas and clients a few times a second.
 *
 * Users change in one order in all processes, the primary's, so that all end with the same ones. While a change of a user
 * from here has not come back, what others have changed about that user before it is passed over.
 */
import type { UserCopy } from "../access/users.ts";
import type { QuotaCounts } from "../engine/quotas.ts";
import type { CommonServices, Database } from "./database.ts";
import type { ChangedUsers, OpenClients, SharedMessage, Sharing } from "./shared-messages.ts";

/** Interval of the counts, in milliseconds. */
const COUNTS_MS = 100;

/** What was told of a database. */
interface Told {
  /** Users by name, each as text. */
  users: Map<string, string>;
  /** Changes of a user that have not come back. */
  readonly underWay: Map<string, number>;
  /** Commands on a day and in its month, by user. */
  commands: Map<string, readonly [day: number, month: number]>;
}

/** Shares the state of a server, where it has others beside it. */
export function shareState(
  sharing: Sharing | undefined,
  databases: readonly Database[],
  common: CommonServices,
): SharedState | undefined {
  return sharing === undefined ? undefined : new SharedState(sharing, databases, common);
}

class SharedState {
  private readonly sharing: Sharing;
  private readonly databases: readonly Database[];
  private readonly common: CommonServices;
  private readonly told: readonly Told[];
  private clients = "";
  private readonly timer: NodeJS.Timeout;

  constructor(sharing: Sharing, databases: readonly Database[], common: CommonServices) {
    this.sharing = sharing;
    this.databases = databases;
    this.common = common;
    const { counts, failedLogins, users } = sharing.beginning;
    common.throttle.restore(failedLogins);
    this.told = databases.map((database, i) => {
      const removed = database.users.all().filter(({ name }) => !users[i]!.some((copy) => copy.name === name));
      database.users.adopt([...users[i]!, ...removed.map(({ name }) => ({ name, line: undefined, passwords: [] }))]);
      if (counts[i] !== undefined) database.engine.bounds.quotas.restore(counts[i]);
      return { users: textsOf(database.users.copies()), underWay: new Map(), commands: commandsOf(database) };
    });
    for (const [i, { users: of }] of databases.entries()) of.onChange(() => this.tellUsers(i));
    common.throttle.onFailed((address) => sharing.send({ kind: "failed login", address }));
    sharing.onMessage((message) => this.take(message));
    this.timer = setInterval(() => this.tellCounts(), COUNTS_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private take(message: SharedMessage): void {
    const { common, databases } = this;
    switch (message.kind) {
      case "failed login":
        return void common.throttle.count(message.address);
      case "users":
        return this.takeUsers(message);
      case "commands":
        for (const [i, counts] of message.counts.entries()) this.takeCommands(databases[i]!, this.told[i]!, counts);
        return;
      case "clients":
        common.elsewhere.respConnections = message.respConnections;
        common.elsewhere.streams = new Map(message.streams);
    }
  }

  /** Adds what others have counted. It is not told again; what was counted here is still to be told. */
  private takeCommands(database: Database, told: Told, counts: QuotaCounts): void {
    const before = commandsOf(database);
    database.engine.bounds.quotas.add(counts);
    for (const [name, [day, month]] of commandsOf(database)) {
      const [dayBefore, monthBefore] = before.get(name) ?? [0, 0];
      const [dayTold, monthTold] = told.commands.get(name) ?? [0, 0];
      // A day has begun with these counts.
      const isNew = day < dayBefore || month < monthBefore;
      told.commands.set(name, isNew ? [day, month] : [dayTold + day - dayBefore, monthTold + month - monthBefore]);
    }
  }

  private takeUsers({ database, from, users }: ChangedUsers): void {
    const { underWay, users: texts } = this.told[database]!;
    const adopted = users.filter(({ name }) => {
      const count = underWay.get(name) ?? 0;
      if (from !== this.sharing.id || count === 0) return count === 0;
      if (count > 1) underWay.set(name, count - 1);
      else underWay.delete(name);
      return count === 1;
    });
    for (const copy of adopted) {
      if (copy.line === undefined) texts.delete(copy.name);
      else texts.set(copy.name, textOf(copy));
    }
    if (adopted.length > 0) this.databases[database]!.users.adopt(adopted);
  }

  /** Tells what has changed since the users were last told. */
  private tellUsers(database: number): void {
    const told = this.told[database]!;
    const copies = this.databases[database]!.users.copies();
    const texts = textsOf(copies);
    const changed = copies.filter((copy) => told.users.get(copy.name) !== texts.get(copy.name));
    for (const name of told.users.keys()) {
      if (!texts.has(name)) changed.push({ name, line: undefined, passwords: [] });
    }
    told.users = texts;
    if (changed.length === 0) return;
    for (const { name } of changed) told.underWay.set(name, (told.underWay.get(name) ?? 0) + 1);
    this.sharing.send({ kind: "users", database, users: changed });
  }

  private tellCounts(): void {
    const counts = this.databases.map((database, i) => this.newCommands(database, this.told[i]!));
    if (counts.some(({ users }) => users.length > 0)) this.sharing.send({ kind: "commands", counts });
    const clients = clientsOf(this.databases);
    const text = JSON.stringify(clients);
    if (text === this.clients) return;
    this.clients = text;
    this.sharing.send(clients);
  }

  /** The commands that were counted here since the last time. */
  private newCommands({ engine }: Database, told: Told): QuotaCounts {
    const { day, users } = engine.bounds.quotas.counts;
    const before = told.commands;
    told.commands = new Map(users.map(([name, ofDay, ofMonth]) => [name, [ofDay, ofMonth]]));
    const news = users.flatMap(([name, ofDay, ofMonth]) => {
      const [dayBefore, monthBefore] = before.get(name) ?? [0, 0];
      // A day, or a month, has begun since then.
      const more = [
        ofDay < dayBefore ? ofDay : ofDay - dayBefore,
        ofMonth < monthBefore ? ofMonth : ofMonth - monthBefore,
      ];
      return more[1] === 0 ? [] : [[name, more[0]!, more[1]!] as const];
    });
    return { day, users: news };
  }
}

const textOf = ({ line, passwords }: UserCopy): string => `${line} ${passwords.join(" ")}`;

const textsOf = (copies: readonly UserCopy[]): Map<string, string> =>
  new Map(copies.map((copy) => [copy.name, textOf(copy)]));

const commandsOf = ({ engine }: Database): Told["commands"] =>
  new Map(engine.bounds.quotas.counts.users.map(([name, day, month]) => [name, [day, month]]));

function clientsOf(databases: readonly Database[]): OpenClients {
  let respConnections = 0;
  const streams: [string, number][] = [];
  for (const [i, database] of databases.entries()) {
    for (const { door } of database.engine.sessions.values()) if (door === "resp") respConnections++;
    for (const [user, count] of database.streams.counts) streams.push([`${i}/${user}`, count]);
  }
  return { kind: "clients", respConnections, streams };
}
