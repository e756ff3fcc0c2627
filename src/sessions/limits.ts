/**
 * How much a session may hold. Readers refuse more, since files, links and stored records may be hostile; so whoever
 * writes one keeps to the same numbers, and says beforehand where something would not fit.
 */
import { m } from '../paraglide/messages.js';
import { MAX_LEVELS, MAX_NAME } from '../science/recipe/schema.ts';

export const most = {
  /** Characters of a session's, a what-if's or a recipe's name. */
  name: MAX_NAME,
  /** The trunk included. */
  branches: 256,
  runs: 65_536,
  /** Prunable layers. */
  layers: 1_024,
  /** Of a session without its weights, as text: a million points of learning curves. */
  textBytes: 64 * 2 ** 20,
  /** What it takes in memory without its weights (memory.ts): as much text holds that in 45 000 runs with short learning curves. */
  memoryBytes: 80 * 2 ** 20,
  /** Files in a zip: what its directory can count. */
  archiveEntries: 65_535,
  /** Of a zip's files together, unpacked: sixteen levels of LeNet-300-100 with three arms and three seeds are some 50 MB. */
  archiveBytes: 2 ** 30,
} as const;

/** No browser takes a longer address. */
export const MAX_LINK_CHARACTERS = 2_000_000;
/** What-ifs in a link, each grown from the one before: each takes over at least one level more than that. */
export const MAX_LINK_BRANCHES = MAX_LEVELS;
/** Runs in a link: their fingerprints alone are 87 000 characters of it. */
export const MAX_LINK_RUNS = 16_384;

export const megabytes = (bytes: number): number => bytes / 2 ** 20;

/** The name, cut where it is too long. */
export function fittedName(name: string, length: number = most.name): string {
  if (name.length <= length) return name;
  // No half of a character that takes two places.
  const end = /[\ud800-\udbff]/.test(name[length - 2]) ? length - 2 : length - 1;
  return `${name.slice(0, end)}…`;
}

/** What a copy of a session of this name is called. */
export function copyName(name: string): string {
  const around = m.sessions_copy_name({ name: '' }).length;
  return m.sessions_copy_name({ name: fittedName(name, most.name - around) });
}
