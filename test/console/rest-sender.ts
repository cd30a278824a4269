/** A client of the REST API as the console's own, for tests of what stands above it: `location` is not in Node. */
import type { Asker } from "../../console/src/client/asker.ts";
import { encodeCommand } from "../../console/src/client/request.ts";
import type { Word } from "../../console/src/client/bytes.ts";
import { ReplyError } from "../../console/src/client/reply.ts";
import type { Reply } from "../../console/src/client/reply.ts";
import { parseReplies } from "../../console/src/client/resp2-reader.ts";

export class RestSender implements Asker {
  private readonly url: string;
  private readonly token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  async ask(words: readonly Word[]): Promise<Reply> {
    const { path, body } = encodeCommand(words);
    const headers = { Authorization: `Bearer ${this.token}`, "Upstash-Response-Format": "resp2" };
    const response = await fetch(`${this.url}/${path}`, { method: "POST", headers, body });
    const [reply] = parseReplies(new Uint8Array(await response.arrayBuffer()));
    return reply!;
  }

  async send(words: readonly Word[]): Promise<Reply> {
    const reply = await this.ask(words);
    if (reply.kind === "error") throw new ReplyError(reply.text);
    return reply;
  }

  command(text: string, ...more: readonly Word[]): Promise<Reply> {
    return this.send([...text.split(" "), ...more]);
  }

  async many(commands: readonly (readonly Word[])[]): Promise<Reply[]> {
    const replies: Reply[] = [];
    for (const words of commands) replies.push(await this.ask(words));
    return replies;
  }

  /** The reply as a value to compare: strings as byte strings, integers as numbers, errors as `-text`. */
  async run(...words: readonly Word[]): Promise<unknown> {
    return valueOf(await this.ask(words));
  }
}

function valueOf(reply: Reply): unknown {
  switch (reply.kind) {
    case "bulk":
      return Buffer.from(reply.bytes).toString("latin1");
    case "integer":
      return Number(reply.digits);
    case "array":
      return reply.items.map(valueOf);
    case "null":
      return null;
    case "status":
      return reply.text;
    case "error":
      return `-${reply.text}`;
  }
}
