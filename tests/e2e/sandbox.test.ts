/** A frame in a sandbox without an origin of its own: where its host keeps the lab from its own files, it says why it does not run. */
import type { FrameLocator, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { useSite } from './support/site.ts';

const site = useSite();
/** Another page that frames the lab. */
async function framed(url: string): Promise<{ page: Page; frame: FrameLocator }> {
  const page = await site.browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.setContent(`<iframe sandbox="allow-scripts" width="1400" height="860" src="${url}"></iframe>`);
  return { page, frame: page.frameLocator('iframe') };
}

describe('in a sandboxed frame', () => {
  it('it says why it does not run, and where it does', async () => {
    const { page, frame } = await framed(site.url);
    await frame.getByText(/cannot run in this frame, whose sandbox keeps it from its own files/).waitFor();
    expect(await frame.getByRole('link').getAttribute('href')).toBe(site.url);
    await page.close();
  });
});
