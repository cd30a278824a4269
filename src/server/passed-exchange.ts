/** An exchange that passes everything on to another one, to be changed in part. */
import type { HeaderName } from "../protocol/http-headers.ts";
import type { HeaderLines } from "../protocol/http-writer.ts";
import type { Grant, HttpExchange, HttpStream, Route } from "./exchange.ts";
import type { PieceSource } from "./outgoing-queue.ts";

/** Passes everything on but what a handler has set. */
export abstract class PassedExchange implements HttpExchange {
  abstract grant: Grant | undefined;
  route: Route | undefined;
  readonly inner: HttpExchange;

  constructor(inner: HttpExchange) {
    this.inner = inner;
  }

  get method(): string {
    return this.inner.method;
  }

  get target(): string {
    return this.inner.target;
  }

  get isGone(): boolean {
    return this.inner.isGone;
  }

  get remoteAddress(): string | undefined {
    return this.inner.remoteAddress;
  }

  get body(): string {
    return this.inner.body;
  }

  header(name: HeaderName): string | undefined {
    return this.inner.header(name);
  }

  hold(bytes: number): void {
    this.inner.hold(bytes);
  }

  reply(status: number, headers: HeaderLines, body: string | PieceSource): void {
    this.inner.reply(status, headers, body);
  }

  stream(status: number, headers: HeaderLines): HttpStream {
    return this.inner.stream(status, headers);
  }
}
