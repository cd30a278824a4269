/** Intersection, union and difference of sets. Each stops at `limit` members, for commands that count up to a bound. */
import { SetValue } from "./set.ts";

/** The members that are in all sets. Tries each member of the smallest set in the others. */
export function intersection(sets: readonly SetValue[], limit = Infinity): string[] {
  const [smallest, ...others] = [...new Set(sets)].sort((a, b) => a.size - b.size);
  return smallest === undefined
    ? []
    : membersWhere(smallest, limit, (member) => others.every((set) => set.has(member)));
}

/** The members that are in any set. */
export function union(sets: readonly SetValue[], limit = Infinity): SetValue {
  const result = new SetValue();
  for (const set of sets) {
    for (let slot = 0; slot < set.size; slot++) {
      if (result.size >= limit) return result;
      result.add(set.memberAt(slot));
    }
  }
  return result;
}

/**
 * The members of `first` that are in none of the others. Looks each member up in the others, or deletes the others'
 * members from a copy, whichever takes fewer steps.
 */
export function difference(first: SetValue, others: readonly SetValue[], limit = Infinity): string[] {
  if (others.includes(first)) return [];
  const otherMembers = others.reduce((sum, set) => sum + set.size, 0);
  if (first.size * (others.length - 1) <= otherMembers) {
    return membersWhere(first, limit, (member) => !others.some((set) => set.has(member)));
  }
  const left = first.copy();
  for (const set of others) for (const member of set.values()) left.delete(member);
  return left.size > limit ? left.toArray().slice(0, limit) : left.toArray();
}

function membersWhere(set: SetValue, limit: number, holds: (member: string) => boolean): string[] {
  const members: string[] = [];
  for (let slot = 0; slot < set.size && members.length < limit; slot++) {
    const member = set.memberAt(slot);
    if (holds(member)) members.push(member);
  }
  return members;
}
