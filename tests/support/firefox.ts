/** Firefox over WebDriver BiDi, the protocol that it speaks without a driver beside it. */
import { launch, type Browser } from 'puppeteer-core';
import { onPath } from './browser.ts';

/** Where a Firefox is: LAB_FIREFOX where it is set, else the system's; null where there is none. */
export function firefoxPath(): string | null {
  const chosen = process.env.LAB_FIREFOX;
  if (chosen !== undefined && chosen !== '') return chosen;
  return onPath(['firefox-esr', 'firefox']).at(0) ?? null;
}

/** `preferences` as `about:config` shows them. */
export const launchFirefox = (executablePath: string, preferences: Readonly<Record<string, boolean>> = {}): Promise<Browser> =>
  launch({ browser: 'firefox', executablePath, headless: true, protocol: 'webDriverBiDi', extraPrefsFirefox: { ...preferences } });
