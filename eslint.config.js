import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';
import { oneWay } from './scripts/lint/layers.js';
import svelteConfig from './svelte.config.js';

const tensorLibraries = { regex: '^@tensorflow/|^@jax-js/', message: 'Tensor libraries live in src/engines/tfjs.' };
const node = { regex: '^node:', message: 'This code also runs in a browser.' };
const views = { regex: '^(svelte|bits-ui|d3)(/|$)', message: 'Only src/app draws.' };

/** What only a page has. */
const pageGlobals = ['document', 'window', 'localStorage', 'sessionStorage', 'requestAnimationFrame', 'alert', 'confirm'];
/** What only Node has. */
const nodeGlobals = ['process', 'Buffer', '__dirname', '__filename', 'require', 'global'];
/** What makes a result depend on more than its inputs. */
const ambientGlobals = ['fetch', 'indexedDB', 'navigator', 'self', 'Date', 'performance', 'crypto', 'setTimeout', 'setInterval'];

const forbid = (names, message) => names.map((name) => ({ name, message }));
const random = {
  object: 'Math',
  property: 'random',
  message: 'Random choices come from a named stream of the seed (src/numerics/streams.ts).',
};
// prettier-ignore
const hostFunctions = [
  'log', 'log2', 'log10', 'log1p', 'exp', 'expm1', 'pow', 'cbrt', 'hypot',
  'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
];
const hostArithmetic = hostFunctions.map((property) => ({
  object: 'Math',
  property,
  message: 'The host may round it differently: use src/numerics/elementary.ts.',
}));
/** Powers of two that are written out are exact everywhere; any other power is the host's rounding. */
const hostPower = {
  selector:
    "BinaryExpression[operator='**']:not([left.value=2][right.type=/^(Literal|UnaryExpression)$/]), AssignmentExpression[operator='**=']",
  message: 'The host may round it differently: multiply, or use pow of src/numerics/elementary.ts.',
};

const pure = ['src/{numerics,models,tasks,science}/**/*.ts'];
const engines = ['src/engines/**/*.ts'];
const tfjs = ['src/engines/tfjs/**/*.ts'];
const page = ['src/{app,sessions}/**/*.{ts,svelte}'];
const ofNode = ['src/cli/**/*.ts', 'src/worker/node*.ts'];

export default typescript.config(
  {
    ignores: [
      ...['node_modules/', 'dist/', 'build/', 'coverage/', 'src/paraglide/', 'project.inlang/'],
      ...['src/engines/sparse/kernels/', 'src/engines/sparse/generated/'],
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [...typescript.configs.strictTypeChecked, ...typescript.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // A plain loop over typed arrays reads better than an iterator here.
      '@typescript-eslint/prefer-for-of': 'off',
    },
  },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts', '**/*.svelte.test.ts'],
    languageOptions: { parserOptions: { parser: typescript.parser, svelteConfig } },
  },
  {
    files: ['**/*.svelte.ts'],
    // State here is $state.raw, replaced and never changed in place; other maps and sets are private books that nothing draws from.
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  {
    files: ['**/*.svelte'],
    rules: {
      // ESLint takes what other components export for `any`; svelte-check knows and checks their types.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "SvelteAttribute[key.name='style'][value.length=1] > SvelteLiteral",
          message: 'The content-security policy blocks style attributes in markup: use a class, or style:property={value}.',
        },
      ],
    },
  },
  { files: ['src/**/*.{ts,svelte}'], plugins: { lab: { rules: { 'one-way': oneWay } } }, rules: { 'lab/one-way': 'error' } },
  {
    files: ['src/**/*.{ts,svelte}'],
    rules: {
      'no-restricted-properties': ['error', random],
      'no-restricted-imports': ['error', { patterns: [tensorLibraries, node, views] }],
    },
  },
  {
    files: pure,
    rules: {
      'no-restricted-globals': [
        'error',
        ...forbid([...pageGlobals, ...nodeGlobals, ...ambientGlobals], 'This layer is pure: results depend on arguments alone.'),
      ],
    },
  },
  {
    files: ['src/{engines,worker}/**/*.ts'],
    ignores: ofNode,
    rules: { 'no-restricted-globals': ['error', ...forbid([...pageGlobals, ...nodeGlobals], 'Workers have neither a page nor Node.')] },
  },
  {
    files: [...pure, ...engines],
    ignores: tfjs,
    rules: { 'no-restricted-properties': ['error', random, ...hostArithmetic], 'no-restricted-syntax': ['error', hostPower] },
  },
  { files: tfjs, rules: { 'no-restricted-imports': ['error', { patterns: [node, views] }] } },
  { files: ofNode, rules: { 'no-restricted-imports': ['error', { patterns: [tensorLibraries, views] }] } },
  {
    files: ['src/app/**/*.{ts,svelte}'],
    languageOptions: { globals: globals.browser },
    rules: { 'no-restricted-imports': ['error', { patterns: [tensorLibraries, node] }] },
  },
  { files: page, rules: { 'no-restricted-globals': ['error', ...forbid(nodeGlobals, 'This code runs in a page.')] } },
  { files: ['**/*.js'], languageOptions: { globals: globals.node } },
  { files: ['public/**/*.js'], languageOptions: { globals: globals.browser, sourceType: 'script' } },
);
