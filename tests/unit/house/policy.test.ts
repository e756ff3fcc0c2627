import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(readFileSync('index.html', 'utf8'))?.[1];
const headers = /Content-Security-Policy: (.+)/.exec(readFileSync('public/_headers', 'utf8'))?.[1];

it('states one policy in the page and in the headers', () => {
  expect(page).toBeDefined();
  expect(headers).toBe(page);
});

it('admits code and data from the lab’s own host alone', () => {
  const sources = (page ?? '').split(';').flatMap((directive) => directive.trim().split(' ').slice(1));
  expect(new Set(sources)).toEqual(new Set(["'none'", "'self'", "'wasm-unsafe-eval'", 'data:', 'blob:']));
});
