/**
 * What the primary of several processes on the same ports knows of them: the users, in the order of whose changes all agree,
 * and the counts, for processes that begin later.
 */
import type { UserCopy } from "../access/users.ts";
import { Users } from "../access/users.ts";
import { commandRows } from "../commands/registry.ts";
import { Quotas } from "../engine/quotas.ts";
import { usersOf } from "./database.ts";
import type { Settings } from "./options.ts";
import type { OpenClients, SharedBeginning, SharedMessage } from "./shared-messages.ts";
import { LoginThrottle } from "./throttle.ts";

/** A message, and whether its sender gets it too. */
interface PassedOn {
  readonly message: SharedMessage;
  readonly toSender: boolean;
}

/** The shared state of some processes. */
export class SharedRecord {
  /** By database. */
  private readonly users: readonly Users[];
  private readonly quotas: readonly Quotas[];
  private readonly throttle: LoginThrottle;
  /** By process. */
  private readonly clients = new Map<number, OpenClients>();

  /** `usersPath` is the ACL file of a data directory, which is kept up to date. Throws an OptionError when it does not parse. */
  constructor(settings: Settings, usersPath: string | undefined) {
    const { databases, environment, limits, strictAcl } = settings;
    this.users =
      databases.length === 0
        ? [usersOf(settings, usersPath)]
        : databases.map(({ tokens, readOnlyTokens }) => {
            return new Users({ commands: commandRows, tokens, readOnlyTokens, strict: strictAcl });
          });
    this.quotas = this.users.map(() => new Quotas(limits));
    this.throttle = new LoginThrottle(environment, limits);
    if (usersPath === undefined || settings.aclFile !== undefined) return;
    const [only] = this.users as [Users];
    // The processes read it too.
    only.save();
    only.onChange(() => only.save());
  }

  /** What a process begins with. */
  get beginning(): SharedBeginning {
    return {
      kind: "begin",
      users: this.users.map((users): UserCopy[] => users.copies()),
      counts: this.quotas.map(({ counts }) => counts),
      failedLogins: this.throttle.left,
    };
  }

  /** Takes a message of a process. Answers what the others get, and perhaps the sender. */
  take(from: number, message: SharedMessage): PassedOn | undefined {
    switch (message.kind) {
      case "failed login":
        this.throttle.count(message.address);
        return { message, toSender: false };
      case "users":
        this.users[message.database]!.adopt(message.users);
        return { message: { ...message, from }, toSender: true };
      case "commands":
        for (const [i, counts] of message.counts.entries()) this.quotas[i]?.add(counts);
        return { message, toSender: false };
      case "clients":
        this.clients.set(from, message);
        return undefined;
    }
  }

  /** What limits count at all processes but one. */
  clientsBeside(id: number): OpenClients {
    let respConnections = 0;
    const streams = new Map<string, number>();
    for (const [from, clients] of this.clients) {
      if (from === id) continue;
      respConnections += clients.respConnections;
      for (const [user, count] of clients.streams) streams.set(user, (streams.get(user) ?? 0) + count);
    }
    return { kind: "clients", respConnections, streams: [...streams] };
  }

  /** Removes a process that has ended. */
  forget(id: number): void {
    this.clients.delete(id);
  }
}
