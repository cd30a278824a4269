/** Icons: outlines of 24 × 24, drawn for the console. A label beside an icon, or on its button, says what it means. */

const PATHS = {
  admin: "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z",
  back: "M19 12H5M11 6l-6 6 6 6",
  check: "M5 12l5 5 9-10",
  chevron: "M9 6l6 6-6 6",
  cli: "M4 6l6 6-6 6M13 18h7",
  clock: "M12 3a9 9 0 1 0 9 9 9 9 0 0 0-9-9zM12 7v5l4 2",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  duplicate: "M8 8h12v12H8zM4 16V4h12M14 11v6M11 14h6",
  edit: "M4 20h4L19 9l-4-4L4 16z",
  filter: "M4 5h16l-6 8v6l-4-2v-4z",
  folder: "M3 6h6l2 2h10v11H3z",
  key: "M14 10a4 4 0 1 0-4 4 4 4 0 0 0 4-4zM13 13l8 8M17 17l2-2",
  keys: "M4 6h16M4 12h16M4 18h10",
  live: "M3 12h4l3-8 4 16 3-8h4",
  logout: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  pause: "M8 5v14M16 5v14",
  play: "M7 5l12 7-12 7z",
  plus: "M12 5v14M5 12h14",
  refresh: "M20 11a8 8 0 1 0-2 6M20 4v7h-7",
  search: "M17 10.5a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0zM16 16l5 5",
  settings: "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4",
  stop: "M6 6h12v12H6z",
  theme: "M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z",
  tree: "M4 5h7M9 12h11M9 19h11M6 8v11h3M6 12h3",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  upload: "M12 16V5M7 9l5-5 5 5M5 20h14",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
