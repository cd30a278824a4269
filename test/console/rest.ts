/** The console's client as far as its modules without a page use it, over a test server's REST API. */
import { toBytes } from "../../console/src/client/bytes.ts";
import type { Word } from "../../console/src/client/bytes.ts";
import { encodeCommand } from "../../console/src/client/request.ts";
import { ReplyError } from "../../console/src/client/reply.ts";
import type { Reply } from "../../console/src/client/reply.ts";
import { parseReplies } from "../../console/src/client/resp2-reader.ts";
import type { Asker } from "../../console/src/client/asker.ts";
import type { TestServer } from "../support/server.ts";

export function clientOf(server: TestServer): Asker {
  const ask = async (words: readonly Word[]): Promise<Reply> => {
    const { body, path } = encodeCommand(words);
    const headers = { "Upstash-Response-Format": "resp2" };
    const answer = await server.call("POST", `/${path}`, {
      headers,
      body: typeof body === "string" ? body : Buffer.from(body),
    });
    return parseReplies(toBytes(answer.body))[0]!;
  };
  const send = async (words: readonly Word[]): Promise<Reply> => {
    const reply = await ask(words);
    if (reply.kind === "error") throw new ReplyError(reply.text);
    return reply;
  };
  return {
    ask,
    send,
    command: (text: string, ...more: readonly Word[]) => send([...text.split(" "), ...more]),
    many: async (commands: readonly (readonly Word[])[]) => {
      const replies: Reply[] = [];
      for (const words of commands) replies.push(await ask(words));
      return replies;
    },
  };
}
