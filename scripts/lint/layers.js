/**
 * The one-way imports of ARCHITECTURE.md as data and as a lint rule:
 * app → sessions → worker → engines → science → models, tasks → numerics.
 */
import { dirname, relative, resolve, sep } from 'node:path';

/** For each folder of src, the folders below it that it may import from. The message compiler's output is a leaf for all. */
const below = {
  numerics: [],
  models: ['numerics'],
  tasks: ['numerics', 'models'],
  science: ['tasks', 'models', 'numerics'],
  engines: ['science', 'tasks', 'models', 'numerics'],
  worker: ['engines', 'science', 'tasks', 'models', 'numerics'],
  sessions: ['worker', 'science', 'tasks', 'models', 'numerics'],
  app: ['sessions', 'worker', 'science', 'tasks', 'models', 'numerics'],
  cli: ['sessions', 'worker', 'engines', 'science', 'tasks', 'models', 'numerics'],
};

/** Layers that load into the page: what computes stays behind the worker's boundary, its types may cross. */
const pageLayers = ['sessions', 'app'];

/** Of the worker's folder, what the page may load; the service and its entries bring the tensor libraries. */
const pageSideOfWorker = /^worker\/(ask|browser|client|protocol)\.ts$/;

/** Imports nothing itself, so every layer may raise it. */
const leaves = ['science/errors.ts'];

/** The rule: every relative import, dynamic import, re-export and `new URL(…, import.meta.url)` points down. */
export const oneWay = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      up: 'src/{{from}} may not import from src/{{to}}: imports point one way (app → sessions → worker → engines → science → models, tasks → numerics).',
      service: 'The page may load only ask.ts, browser.ts, client.ts and protocol.ts of src/worker: the rest brings the tensor libraries.',
    },
  },
  create(context) {
    const source = resolve(context.cwd, 'src');
    const inSource = (path) => relative(source, path).split(sep).join('/');
    const from = inSource(context.filename).split('/')[0];
    if (!(from in below)) return {};

    const check = (node, specifier, typesOnly) => {
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const path = inSource(resolve(dirname(context.filename), specifier));
      const to = path.split('/')[0];
      if (to === from || to === 'paraglide' || !(to in below) || leaves.includes(path)) return;
      if (typesOnly && (pageLayers.includes(from) ? to === 'engines' : path === 'science/recipe/schema.ts')) return;
      if (!below[from].includes(to)) context.report({ node, messageId: 'up', data: { from, to } });
      else if (to === 'worker' && pageLayers.includes(from) && !typesOnly && !pageSideOfWorker.test(path))
        context.report({ node, messageId: 'service' });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value, node.importKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.source.value, node.exportKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.source?.value, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source.value, false),
      TSImportType: (node) => check(node, node.source?.value, true),
      'NewExpression[callee.name="URL"]': (node) => {
        if (node.arguments[1]?.type === 'MemberExpression') check(node, node.arguments[0]?.value, false);
      },
    };
  },
};
