/** Lists that are undefined while they are empty, so that a structure without watchers costs one test. */

/** The list with one more. */
export function withWatcher<T>(list: readonly T[] | undefined, watcher: T): readonly T[] {
  return list === undefined ? [watcher] : [...list, watcher];
}

/** The list without one of them. */
export function withoutWatcher<T>(list: readonly T[] | undefined, watcher: T): readonly T[] | undefined {
  const others = list?.filter((other) => other !== watcher);
  return others?.length === 0 ? undefined : others;
}
