/** Stands where a value would, which could not be read. */
import { explain } from "../app/session.ts";
import { TEXTS } from "../texts.ts";
import { Button, Problem } from "../ui/controls.tsx";

export function ReadingFailed({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  return (
    <div class="value-failed">
      <Problem text={explain(error)} />
      <Button icon="refresh" onClick={onRetry}>
        {TEXTS.values.retry}
      </Button>
    </div>
  );
}
