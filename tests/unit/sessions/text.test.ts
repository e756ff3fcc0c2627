import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/sessions/text.ts';

const text = '{"name": "Größe 数 🎟"}';

const utf16 = (words: string, isLittle: boolean): Uint8Array => {
  const bytes = new DataView(new ArrayBuffer(2 * words.length));
  for (let index = 0; index < words.length; index++) bytes.setUint16(2 * index, words.charCodeAt(index), isLittle);
  return new Uint8Array(bytes.buffer);
};

describe('a file’s text', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode(text)],
    ['UTF-8 with a mark', new TextEncoder().encode(`\ufeff${text}`)],
    ['UTF-16, low byte first', utf16(text, true)],
    ['UTF-16, low byte first, with a mark', utf16(`\ufeff${text}`, true)],
    ['UTF-16, high byte first', utf16(text, false)],
    ['UTF-16, high byte first, with a mark', utf16(`\ufeff${text}`, false)],
  ])('is read from %s', (_, bytes) => {
    expect(decodeText(bytes)).toBe(text);
  });

  it('of no or one byte is read, too', () => {
    expect(decodeText(new Uint8Array())).toBe('');
    expect(decodeText(new TextEncoder().encode('7'))).toBe('7');
  });
});
