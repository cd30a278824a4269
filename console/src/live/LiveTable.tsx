/** A table of the live screen. */
import type { ComponentChildren } from "preact";

interface LiveTableProps {
  /** The titles of the columns. */
  readonly titles: readonly string[];
  /** The rows of the body. */
  readonly children: ComponentChildren;
}

export function LiveTable({ titles, children }: LiveTableProps) {
  return (
    <table class="live-table">
      <thead>
        <tr>
          {titles.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
