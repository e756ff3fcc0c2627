/** How large what the lab writes and reads may be. Writers keep to the same limits as readers, or what was saved would not open again. */
import { MAX_LEVELS } from '../science/recipe/schema.ts';

/** No browser takes a longer address. */
export const MAX_LINK_CHARACTERS = 2_000_000;
/** What-ifs in a link, each grown from the one before: each takes over at least one level more than that. */
export const MAX_LINK_BRANCHES = MAX_LEVELS;
/** Runs in a link: their fingerprints alone are 87 000 characters of it. */
export const MAX_LINK_RUNS = 16_384;
