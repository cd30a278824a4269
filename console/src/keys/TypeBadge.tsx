/** The type of a key, as lists and heads show it. */
import { TEXTS } from "../texts.ts";
import { visibleText } from "../ui/visible.ts";
import type { KeyFacts } from "./key-facts.ts";

/** The type of a key, in a few letters and a colour. */
export function TypeBadge({ facts }: { readonly facts: KeyFacts | undefined }) {
  if (facts === undefined) return <span class="type-badge type-unknown" />;
  const { type } = facts;
  if (type === undefined) {
    return (
      <span class="type-badge type-refused" title={TEXTS.keys.noRightsHint}>
        {TEXTS.keys.noRights}
      </span>
    );
  }
  const isKnown = TEXTS.keys.shortTypes[type] !== undefined;
  return (
    <span class={`type-badge type-${isKnown ? TEXTS.keys.shortTypes[type] : "other"}`} title={TEXTS.keys.types[type]}>
      {TEXTS.keys.shortTypes[type] ?? visibleText(type.slice(0, 6))}
    </span>
  );
}
