/** The output of the command line as one text, to be kept. */
import { typedLine } from "./copy-as.ts";
import type { Entry } from "./cli-session.ts";
import { formatReply } from "./format.ts";
import type { Format } from "./format.ts";
import { hasSecret } from "./secrets.ts";

/** Commands behind a prompt, and what followed. Words that are secrets are left out. */
export const sessionText = (entries: readonly Entry[], format: Format): string =>
  entries
    .map(({ note, problem, reply, words }) => {
      const line = hasSecret(words) ? `${words.slice(0, 2).join(" ")} …` : typedLine(words);
      const output = reply === undefined ? "" : formatReply(reply, format).text;
      const said = [note, problem].filter((text) => text !== undefined).map((text) => `${text}\n`);
      return `> ${line}\n${output}${said.join("")}\n`;
    })
    .join("");
