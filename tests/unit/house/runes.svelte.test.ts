import { flushSync } from 'svelte';
import { expect, it } from 'vitest';

class Counter {
  count = $state(1);
  double = $derived(this.count * 2);
}

it('runes live in unit tests as they do in the page', () => {
  const counter = new Counter();
  const seen: number[] = [];
  const stop = $effect.root(() => {
    $effect(() => {
      seen.push(counter.double);
    });
  });
  flushSync();
  counter.count = 4;
  flushSync();
  stop();
  expect(seen).toEqual([2, 8]);
});
