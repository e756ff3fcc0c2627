/** A browser that is killed loses no more than the level in progress, and opens again what it was killed at. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKillable } from '../support/killable.ts';
import { LabPage } from './pages/lab-page.ts';
import { slow } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();
let profile = '';
beforeEach(async () => {
  profile = await mkdtemp(join(tmpdir(), 'lab-profile-'));
});
afterEach(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));

it('the interrupted session opens on the next visit, not what a first visitor sees', async () => {
  const before = await openKillable(profile);
  const lab = new LabPage(before.page);
  await lab.open(site.url);
  await lab.openRecipe({ ...slow, name: 'Interrupted', training: { batchSize: 64, steps: 100_000, evaluateEvery: 5000 } });
  await lab.run();
  await lab.expectRunKey('Pause');
  await expect.poll(() => lab.progress(), { timeout: 30_000 }).toBeGreaterThan(0);
  // At once: what browsers write at their leisure is not on disk yet.
  await before.kill();
  const after = await openKillable(profile);
  try {
    const again = new LabPage(after.page);
    await again.open(site.url);
    await again.sessions.expectCurrent('Interrupted');
    await again.expectRunKey('Run');
    await again.expectNoAlert();
  } finally {
    await after.kill();
  }
});
