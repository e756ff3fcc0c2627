import { sha256, toHex } from '../../numerics/sha256.ts';
import { stableText } from './plain.ts';

/** SHA-256 of plain data with its keys sorted, lower-case hex. */
export const digest = (value: unknown): string => toHex(sha256(new TextEncoder().encode(stableText(value))));
