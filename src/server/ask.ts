/** Asks a server before anything of a client is needed. */

/** How long an answer may take, in milliseconds. Orchestrators give a probe some seconds. */
const ANSWER_MS_MAX = 3000;

/** Bytes of an answer that are looked at. */
const ANSWER_BYTES_MAX = 4096;

/** A request to a server. */
interface Question {
  /** GET unless given. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the server is not on this machine. */
  readonly isElsewhere?: boolean;
}

/** Asks a server. Answers the beginning of a long text; rejects when there is no answer in time. */
export async function ask(
  url: URL,
  { headers: more = {}, isElsewhere = false, method = "GET" }: Question = {},
): Promise<{ status: number; text: string }> {
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  return new Promise((resolve, reject) => {
    // Every server answers to this name on its own machine.
    const headers = isElsewhere ? more : { Host: "localhost", ...more };
    const options = {
      agent: false,
      method,
      headers,
      // The certificate names the outside. Who answers on this machine is not in doubt.
      rejectUnauthorized: isElsewhere,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    };
    const asking = request(url, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text = (text + chunk).slice(0, ANSWER_BYTES_MAX)));
      answer.once("end", () => resolve({ status: answer.statusCode!, text }));
      answer.once("error", reject);
    });
    asking.once("error", reject);
    asking.end();
  });
}
