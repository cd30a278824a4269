/** Keeps a fault of one screen to that screen, and shows what to report. */
import { Component } from "preact";
import type { ComponentChildren } from "preact";
import { TEXTS } from "../texts.ts";

export class FaultBoundary extends Component<{ readonly children: ComponentChildren }, { readonly fault?: string }> {
  override state: { readonly fault?: string } = {};

  override componentDidCatch(error: unknown): void {
    this.setState({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }

  override render() {
    if (this.state.fault === undefined) return this.props.children;
    return (
      <section class="fault" role="alert">
        <h2>{TEXTS.app.faultTitle}</h2>
        <p>{TEXTS.app.faultHint}</p>
        <pre>{this.state.fault}</pre>
      </section>
    );
  }
}
