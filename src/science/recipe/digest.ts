import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { stableText } from './plain.ts';

/** SHA-256 of plain data with its keys sorted, lower-case hex. */
export const digest = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(stableText(value))));
