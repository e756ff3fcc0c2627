import { it } from 'vitest';
import { expectLevelMemory, PATIENCE_MS } from './support/memory.ts';
import { useSite } from './support/site.ts';

const site = useSite();

it('memory is level over a hundred levels on WASM', () => expectLevelMemory(site, /WASM/), 2 * PATIENCE_MS);
