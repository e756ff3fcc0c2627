import { ESLint } from 'eslint';
import typescript from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

/** The project's own rules, less those that need a file on disk to know its types. */
const eslint = new ESLint({ overrideConfig: [{ files: ['**/*.{ts,svelte}'], ...typescript.configs.disableTypeChecked }] });
const watched = /^(lab\/|no-restricted-)|^@typescript-eslint\/(no-explicit-any|no-non-null-assertion)$/;

async function complaints(filePath: string, code: string): Promise<readonly (string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath });
  expect(result.messages.filter(({ fatal }) => fatal)).toEqual([]);
  return result.messages.map(({ ruleId }) => ruleId).filter((rule) => rule !== null && watched.test(rule));
}

const use = (specifier: string): string => `import { x } from '${specifier}';\nexport const y = x;\n`;
const useType = (specifier: string): string => `import type { X } from '${specifier}';\nexport type Y = X;\n`;
const evaluate = (expression: string): string => `export const y = (x: number): number => ${expression};\n`;

const layers = 'lab/one-way';
const packages = 'no-restricted-imports';
const names = 'no-restricted-globals';
const arithmetic = 'no-restricted-properties';
const syntax = 'no-restricted-syntax';

describe('imports point one way', () => {
  it.each([
    ['src/numerics/a.ts', use('../science/b.ts'), layers],
    ['src/models/a.ts', use('../tasks/b.ts'), layers],
    ['src/models/a.ts', use('../science/recipe/schema.ts'), layers],
    ['src/tasks/a.ts', use('../science/mask.ts'), layers],
    ['src/tasks/a.ts', useType('../engines/b.ts'), layers],
    ['src/science/a.ts', use('../engines/b.ts'), layers],
    ['src/science/prune/a.ts', use('../../worker/b.ts'), layers],
    ['src/science/a.ts', `export * from '../app/b.ts';\n`, layers],
    ['src/science/a.ts', `export const y = import('../sessions/b.ts');\n`, layers],
    ['src/engines/tfjs/a.ts', use('../../worker/b.ts'), layers],
    ['src/worker/a.ts', use('../sessions/b.ts'), layers],
    ['src/worker/a.ts', `export const y = new Worker(new URL('../app/b.ts', import.meta.url));\n`, layers],
    ['src/sessions/a.ts', use('../app/b.ts'), layers],
    ['src/sessions/a.ts', use('../engines/choose.ts'), layers],
    ['src/app/a.ts', use('../engines/choose.ts'), layers],
    ['src/app/lab/A.svelte', `<script lang="ts">\n  ${use('../../engines/choose.ts')}</script>\n`, layers],
    ['src/app/a.ts', use('../worker/service.ts'), layers],
    ['src/app/a.ts', use('../cli/b.ts'), layers],
    ['src/science/a.ts', use('../tasks/b.ts'), null],
    ['src/science/a.ts', use('../paraglide/messages.js'), null],
    ['src/science/prune/a.ts', use('../mask.ts'), null],
    ['src/tasks/a.ts', use('../science/errors.ts'), null],
    ['src/tasks/a.ts', useType('../science/recipe/schema.ts'), null],
    ['src/engines/sparse/a.ts', use('../../science/trainer.ts'), null],
    ['src/worker/service.ts', use('../engines/choose.ts'), null],
    ['src/sessions/a.ts', use('../science/result.ts'), null],
    ['src/app/a.svelte.ts', use('../worker/browser.ts'), null],
    ['src/app/a.ts', useType('../engines/choose.ts'), null],
    ['src/cli/a.ts', use('../engines/choose.ts'), null],
    ['tests/unit/a.test.ts', use('../../src/app/b.ts'), null],
  ])('%s: %j is reported by %s', async (path, code, rule) => {
    expect(await complaints(path, code)).toEqual(rule === null ? [] : [rule]);
  });
});

describe('each layer keeps to its means', () => {
  it.each([
    ['src/app/a.ts', use('@tensorflow/tfjs-core'), packages],
    ['src/sessions/a.ts', useType('@tensorflow/tfjs-core'), packages],
    ['src/worker/service.ts', use('@tensorflow/tfjs-core'), packages],
    ['src/science/a.ts', use('@tensorflow/tfjs-core'), packages],
    ['src/engines/sparse/a.ts', use('@tensorflow/tfjs-core'), packages],
    ['src/engines/tfjs/a.ts', use('@tensorflow/tfjs-core'), null],
    ['src/science/a.ts', use('node:fs'), packages],
    ['src/app/a.ts', use('node:fs'), packages],
    ['src/worker/service.ts', use('node:fs'), packages],
    ['src/worker/node.ts', use('node:worker_threads'), null],
    ['src/cli/a.ts', use('node:fs'), null],
    ['src/science/a.ts', use('svelte'), packages],
    ['src/app/a.ts', use('svelte'), null],
    ['src/science/a.ts', 'export const y = document.title;\n', names],
    ['src/tasks/a.ts', `export const y = fetch('x');\n`, names],
    ['src/science/a.ts', 'export const y = Date.now();\n', names],
    ['src/engines/pace.ts', 'export const y = document.title;\n', names],
    ['src/engines/pace.ts', 'export const y = performance.now();\n', null],
    ['src/worker/service.ts', 'export const y = window.name;\n', names],
    ['src/app/a.ts', 'export const y = document.title;\n', null],
    ['src/app/a.ts', 'export const y = process.cwd();\n', names],
  ])('%s: %j is reported by %s', async (path, code, rule) => {
    expect(await complaints(path, code)).toEqual(rule === null ? [] : [rule]);
  });
});

describe('chance and rounding are the same everywhere', () => {
  const everywhere = ['numerics', 'models', 'tasks', 'science', 'engines', 'engines/tfjs', 'worker', 'sessions', 'app', 'cli'];
  it.each(everywhere)('Math.random is reported in src/%s', async (layer) => {
    expect(await complaints(`src/${layer}/a.ts`, evaluate('Math.random() + x'))).toEqual([arithmetic]);
  });

  it.each(['numerics', 'models', 'tasks', 'science', 'engines', 'engines/sparse', 'engines/webgpu'])(
    'the host’s functions are reported in src/%s',
    async (layer) => {
      for (const name of ['log', 'exp', 'pow', 'sin', 'cos', 'tan', 'tanh', 'expm1', 'log1p', 'log2', 'log10', 'cbrt', 'hypot'])
        expect(await complaints(`src/${layer}/a.ts`, evaluate(`Math.${name}(x, x)`)), name).toEqual([arithmetic]);
      expect(await complaints(`src/${layer}/a.ts`, 'export const { exp } = Math;\n')).toEqual([arithmetic]);
      expect(await complaints(`src/${layer}/a.ts`, evaluate('x ** 2'))).toEqual([syntax]);
      expect(await complaints(`src/${layer}/a.ts`, evaluate('2 ** x'))).toEqual([syntax]);
      expect(await complaints(`src/${layer}/a.ts`, evaluate('x * 2 ** -30 + Math.sqrt(Math.abs(x)) + Math.fround(x)'))).toEqual([]);
    },
  );

  it('the host’s functions draw and report, and serve the tensor library', async () => {
    for (const layer of ['app', 'engines/tfjs', 'cli']) expect(await complaints(`src/${layer}/a.ts`, evaluate('Math.log(x)'))).toEqual([]);
  });
});

describe('types are said', () => {
  it('any and the non-null assertion are reported', async () => {
    expect(await complaints('src/app/a.ts', 'export const y = (x: any): unknown => x;\n')).toEqual(['@typescript-eslint/no-explicit-any']);
    expect(await complaints('src/app/a.ts', 'export const y = (x: string | null): string => x!;\n')).toEqual([
      '@typescript-eslint/no-non-null-assertion',
    ]);
  });
});

describe('the page’s policy', () => {
  it('a style attribute in markup, which the policy blocks, is reported', async () => {
    expect(await complaints('src/app/A.svelte', '<p style="color: red">x</p>\n')).toEqual([syntax]);
    expect(await complaints('src/app/A.svelte', '<p style:opacity={0.5} class="x">x</p>\n')).toEqual([]);
  });
});
