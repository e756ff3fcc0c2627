/** `npm run lab -- …`: the lab without a browser. */
import { defineCommand, runCommand, runMain, showUsage } from 'citty';
import { m } from '../paraglide/messages.js';
import { analysisNames } from '../science/analysis/registry.ts';
import { LabError } from '../science/errors.ts';
import { Cancelled } from '../science/trainer.ts';
import { engineChoices, type EngineChoice } from '../worker/protocol.ts';
import { catalogue, catalogueText } from './list.ts';
import { analyseSession } from './analyse.ts';
import { linkOf } from './link.ts';
import { OutcomeStore, usualStore } from './outcomes.ts';
import { readRecipe } from './read.ts';
import { runRecipe } from './run.ts';
import { save } from './save.ts';
import { storeAction, storeActions } from './store.ts';
import { arms } from '../science/recipe/schema.ts';
import { canonicalRecipe, recipeId } from '../science/recipe/identity.ts';

const recipe = { type: 'positional', description: m.cli_arg_recipe(), required: true } as const;

const store = { type: 'string', description: m.cli_arg_store(), default: usualStore(), valueHint: 'FOLDER' } as const;

const run = defineCommand({
  meta: { name: 'run', description: m.cli_run() },
  args: {
    recipe,
    out: { type: 'string', description: m.cli_arg_out(), required: true, valueHint: 'SESSION.json' },
    engine: { type: 'string', description: m.cli_arg_engine({ engines: engineChoices.join(', ') }), default: 'auto' },
    store,
    force: { type: 'boolean', description: m.cli_arg_force(), default: false },
    'retry-diverged': { type: 'boolean', description: m.cli_arg_retry(), default: false },
  },
  run: ({ args }) =>
    runRecipe(args.recipe, {
      ...{ out: args.out, engine: engineOf(args.engine), store: args.store },
      ...{ isForced: args.force, retries: args['retry-diverged'] },
    }),
});

const validate = defineCommand({
  meta: { name: 'validate', description: m.cli_validate() },
  args: { recipe },
  run: async ({ args }) => {
    const parsed = await readRecipe(args.recipe);
    console.log(m.cli_valid({ name: parsed.name, id: recipeId(parsed) }));
    console.log(JSON.stringify(canonicalRecipe(parsed), null, 2));
  },
});

const list = defineCommand({
  meta: { name: 'list', description: m.cli_list() },
  args: { json: { type: 'boolean', description: m.cli_arg_json(), default: false } },
  run: async ({ args }) => {
    const everything = await catalogue();
    console.log(args.json ? JSON.stringify(everything, null, 2) : catalogueText(everything));
  },
});

const link = defineCommand({
  meta: { name: 'link', description: m.cli_link() },
  args: {
    session: { type: 'positional', description: m.cli_arg_session(), required: true },
    room: { type: 'string', description: m.cli_arg_room(), default: '2000' },
    branch: { type: 'string', description: m.cli_arg_branch() },
    out: { type: 'string', description: m.cli_arg_link_out(), valueHint: 'FILE' },
  },
  run: async ({ args }) => {
    const hash = await linkOf(args.session, Number(args.room), args.branch ?? null);
    if (args.out === undefined) console.log(hash);
    else await save(args.out, `${hash}\n`);
  },
});

const analyse = defineCommand({
  meta: { name: 'analyse', description: m.cli_analyse() },
  args: {
    session: { type: 'positional', description: m.cli_arg_analyse_session(), required: true },
    what: { type: 'string', description: m.cli_arg_what({ analyses: analysisNames.join(', ') }), required: true },
    level: { type: 'string', description: m.cli_arg_level(), default: '0' },
    seed: { type: 'string', description: m.cli_arg_seed(), default: '1' },
    arm: { type: 'string', description: m.cli_arg_arm({ arms: arms.join(', ') }), default: 'ticket' },
    branch: { type: 'string', description: m.cli_arg_branch() },
    steps: { type: 'string', description: m.cli_arg_steps(), default: '0', valueHint: '0,10,100' },
    store,
    out: { type: 'string', description: m.cli_arg_analyse_out(), valueHint: 'FILE' },
  },
  run: async ({ args }) => {
    const arm = oneOf(arms, args.arm, '--arm');
    const asked = {
      what: oneOf(analysisNames, args.what, '--what'),
      branch: args.branch ?? null,
      run: { seed: Number(args.seed), arm, level: Number(args.level) },
      steps: args.steps.split(',').map(Number),
    };
    const found = await analyseSession(args.session, asked, await OutcomeStore.open(args.store));
    const text = JSON.stringify(found, null, 1);
    if (args.out === undefined) console.log(text);
    else await save(args.out, `${text}\n`);
  },
});

const stored = defineCommand({
  meta: { name: 'store', description: m.cli_store() },
  args: {
    action: { type: 'positional', description: m.cli_arg_store_action(), required: false, default: 'size' },
    'older-than': { type: 'string', description: m.cli_arg_older_than(), valueHint: 'DAYS' },
    'down-to': { type: 'string', description: m.cli_arg_down_to(), valueHint: 'MEGABYTES' },
    store,
  },
  run: async ({ args }) => {
    const action = oneOf(storeActions, args.action, 'lab store');
    const limits = { olderThan: args['older-than'], downTo: args['down-to'] };
    console.log(await storeAction(action, await OutcomeStore.open(args.store), limits));
  },
});

function oneOf<Word extends string>(words: readonly Word[], word: string, option: string): Word {
  const found = words.find((known) => known === word);
  if (found === undefined) throw new LabError(m.cli_unknown_word({ option, word, words: words.join(', ') }), option);
  return found;
}

function engineOf(name: string): EngineChoice {
  const choice = engineChoices.find((known) => known === name);
  if (choice === undefined) throw new LabError(m.cli_unknown_engine({ name, engines: engineChoices.join(', ') }), '--engine');
  return choice;
}

const lab = defineCommand({
  meta: { name: 'lab', description: m.cli_lab() },
  subCommands: { run, validate, list, link, analyse, store: stored },
});

/** Ends with code 1 where something was wrong, 130 where the user stopped it. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  if (asked.length === 0 || asked.includes('--help') || asked.includes('-h')) {
    if (asked.length === 0) await showUsage(lab);
    else await runMain(lab);
    return;
  }
  try {
    await runCommand(lab, { rawArgs: asked });
  } catch (error) {
    process.exitCode = error instanceof Cancelled ? 130 : 1;
    if (error instanceof Cancelled) return;
    // Ours, and those of the command line's own words, speak for themselves; anything else is a fault worth its trace.
    const plain = error instanceof LabError || (error instanceof Error && error.name === 'CLIError');
    console.error(plain ? error.message : error);
  }
}

await main();
