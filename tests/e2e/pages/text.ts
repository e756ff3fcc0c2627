/** Text as people read it: the lab's thin and no-break spaces are spaces here. */
import type { Locator } from 'playwright';

export const plainText = (text: string): string => text.replace(/\s+/g, ' ').trim();

export const textOf = async (locator: Locator): Promise<string> => plainText((await locator.textContent()) ?? '');
