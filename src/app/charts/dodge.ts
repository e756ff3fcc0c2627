/** Labels that would overlap move apart, as little as may be, and stay within bounds. */

/** Positions at least `gap` apart within [`top`, `bottom`], in the order wanted; `wanted` may be in any order. */
export function dodge(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b]);
  const placed = wanted.map((y) => Math.min(Math.max(y, top), bottom));
  // Groups of labels that touch share their shift: the mean of what each would need.
  const groups: { members: number[]; start: number }[] = [];
  for (const index of order) {
    groups.push({ members: [index], start: placed[index] });
    for (let last = groups.length - 1; last > 0; last--) {
      const [before, group] = [groups[last - 1], groups[last]];
      if (before.start + before.members.length * gap <= group.start) break;
      const members = [...before.members, ...group.members];
      const mean = members.reduce((sum, member, place) => sum + placed[member] - place * gap, 0) / members.length;
      const start = Math.max(top, Math.min(mean, bottom - (members.length - 1) * gap));
      groups.splice(last - 1, 2, { members, start });
    }
  }
  for (const { members, start } of groups) members.forEach((member, place) => (placed[member] = start + place * gap));
  return placed;
}
