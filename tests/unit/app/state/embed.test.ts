import { describe, expect, it } from 'vitest';
import { embedOptions } from '../../../../src/app/state/embed.ts';
import { embedAddress, embedCode } from '../../../../src/app/state/embed-code.ts';

describe('embedding', () => {
  it('reads what an address asks for, and takes strange values for none', () => {
    expect(embedOptions('')).toBeNull();
    expect(embedOptions('?theme=dark')).toBeNull();
    expect(embedOptions('?embed')).toEqual({ theme: null, level: null, hidden: [] });
    expect(embedOptions('?embed=1&theme=dark&level=12&hide=run,open,constructor,')).toEqual({
      theme: 'dark',
      level: 12,
      hidden: ['run', 'open'],
    });
    expect(embedOptions('?embed&theme=pink&level=-1&hide=')).toEqual({ theme: null, level: null, hidden: [] });
  });

  it('writes addresses that it reads back', () => {
    const options = { theme: 'light', level: 3, hidden: ['stage', 'save'] } as const;
    const address = embedAddress('https://lab.example/a/', options, 's2.abc');
    expect(address).toBe('https://lab.example/a/?embed&theme=light&level=3&hide=stage,save#s2.abc');
    expect(embedOptions(new URL(address).search)).toEqual(options);
    expect(embedAddress('https://lab.example/', { theme: null, level: null, hidden: [] }, '')).toBe('https://lab.example/?embed');
  });

  it('gives code that a session’s name cannot break out of', () => {
    const code = embedCode('https://lab.example/?embed&level=1#s2.a', 'a"><script>x</script>');
    expect(code).toContain('src="https://lab.example/?embed&amp;level=1#s2.a"');
    expect(code).toContain('title="a&quot;&gt;&lt;script&gt;x&lt;/script&gt;"');
  });
});
