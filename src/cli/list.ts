/** What the lab has: recipes, data sets, network families, criteria, engines. */
import { readFile } from 'node:fs/promises';
import { families } from '../models/build.ts';
import { m } from '../paraglide/messages.js';
import { criteria } from '../science/prune/criteria.ts';
import { datasets } from '../tasks/catalogue.ts';
import { engineChoices } from '../worker/protocol.ts';

interface Listed {
  readonly name: string;
  readonly about: string;
}

export type Catalogue = Readonly<Record<'recipes' | 'datasets' | 'families' | 'criteria' | 'engines', readonly Listed[]>>;

const recipesFolder = new URL('../../public/recipes/', import.meta.url);

export async function catalogue(): Promise<Catalogue> {
  const recipes = JSON.parse(await readFile(new URL('index.json', recipesFolder), 'utf8')) as readonly { file: string; summary: string }[];
  return {
    recipes: recipes.map(({ file, summary }) => ({ name: `public/recipes/${file}`, about: summary })),
    datasets: datasets.map(({ name, title, pool, test, classes }) => ({ name, about: m.cli_dataset({ title, pool, test, classes }) })),
    families: Object.entries(families).map(([name, { paper }]) => ({ name, about: paper })),
    criteria: Object.entries(criteria).map(([name, { paper }]) => ({ name, about: paper })),
    engines: engineChoices.map((name) => ({ name, about: engineNotes[name]() })),
  };
}

const engineNotes: Readonly<Record<(typeof engineChoices)[number], () => string>> = {
  auto: m.cli_engine_auto,
  sparse: m.cli_engine_sparse,
  webgpu: m.cli_engine_webgpu,
  'webgpu-f16': m.cli_engine_webgpu_f16,
  'tfjs-webgpu': m.cli_engine_browser,
  'tfjs-webgl': m.cli_engine_browser,
  'tfjs-wasm': m.cli_engine_wasm,
  'tfjs-cpu': m.cli_engine_cpu,
};

const titles: Readonly<Record<keyof Catalogue, () => string>> = {
  recipes: m.cli_title_recipes,
  datasets: m.cli_title_datasets,
  families: m.cli_title_families,
  criteria: m.cli_title_criteria,
  engines: m.cli_title_engines,
};

/** As columns for people. */
export function catalogueText(everything: Catalogue): string {
  const section = (key: keyof Catalogue): string => {
    const width = Math.max(...everything[key].map(({ name }) => name.length));
    return [titles[key](), ...everything[key].map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`)].join('\n');
  };
  return (Object.keys(titles) as (keyof Catalogue)[]).map(section).join('\n\n');
}
