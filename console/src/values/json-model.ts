/** A JSON document that is edited as one text. */
import type { Word } from "../client/bytes.ts";
import { bytesOf, numberOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import type { Outcome } from "./checked-edits.ts";
import type { Formats } from "./formats.ts";
import { jsonPlace, onlyMatch } from "./places.ts";
import { StringModel } from "./string-model.ts";

/** What a document may take in memory, to be edited as one text. */
const DOCUMENT_BYTES_MAX = 8 * 1024 * 1024;

export class JsonModel extends StringModel {
  protected override async read(): Promise<Uint8Array | undefined> {
    const memory = await this.sender.ask(["MEMORY", "USAGE", this.key]);
    const isLarge = memory.kind === "integer" && numberOf(memory) > DOCUMENT_BYTES_MAX;
    if (isLarge) throw new Error(TEXTS.values.documentTooLarge(DOCUMENT_BYTES_MAX));
    const bytes = bytesOf(await this.send("JSON.GET", this.key, "$"));
    return bytes && onlyMatch(bytes)?.slice();
  }

  protected override formatsOf(): Formats {
    return { formats: ["json"] };
  }

  protected override write(old: Uint8Array, next: Uint8Array): Promise<Outcome> {
    return this.edits.save(jsonPlace(this.key, "$"), old, next);
  }

  protected override creation(next: Uint8Array): readonly Word[] {
    return ["JSON.SET", this.key, "$", next, "NX"];
  }
}
