/** The page: puts the lab together and on the screen. */
import { mount } from 'svelte';
import { LabError } from '../science/errors.ts';
import { m } from '../paraglide/messages.js';
import { openStore } from '../sessions/store.ts';
import { openAnalysis, openLab, openStudy } from '../worker/browser.ts';
import Root from './Root.svelte';
import './tokens.css';
import './base.css';
import { Library } from './library/library.svelte.ts';
import { linkIn, pageOf } from './route.ts';
import { embedOptions } from './state/embed.ts';
import { firstRecipe } from './state/first.ts';
import { Lab } from './state/lab.svelte.ts';
import { nextFrame } from './state/live.svelte.ts';
import { ThemeChoice } from './state/theme.svelte.ts';

async function fetchText(path: string): Promise<string> {
  const response = await fetch(new URL(path, document.baseURI)).catch((error: unknown) => {
    throw new LabError(m.app_fetch_failed({ path }), path, { cause: error });
  });
  if (!response.ok) throw new LabError(m.app_fetch_status({ path, status: response.status }), path);
  return response.text();
}

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');

/** In a frame of another page the lab neither asks for storage, which may be refused there, nor touches its visitor's sessions. */
const embed = embedOptions(location.search);
const forgotten = new Map<string, string>();
const memory = {
  getItem: (key: string) => forgotten.get(key) ?? null,
  setItem: (key: string, value: string) => void forgotten.set(key, value),
};

/** What is done elsewhere is fetched when it is first done. */
const away = () => import('../sessions/away.ts');

const lab = new Lab({
  openLab,
  student: openStudy(),
  analyst: openAnalysis,
  openStore: embed === null ? openStore : () => Promise.reject(new LabError(m.share_no_storage(), 'storage')),
  sweep: async () => (await away()).sweepAway(),
  readLink: async (hash) => (await away()).readLink(hash),
  fetchText,
  memory: () => (embed === null ? localStorage : memory),
  schedule: nextFrame,
  now: () => performance.now(),
  newId: () => crypto.randomUUID(),
  leaveLink: () => {
    if (linkIn(location.hash) !== '') history.replaceState(null, '', location.pathname + location.search);
  },
  first: firstRecipe(),
});
const theme = new ThemeChoice(document.documentElement, matchMedia('(prefers-color-scheme: dark)'), () => localStorage);
if (embed === null) {
  const library = new Library(lab, () => localStorage);
  mount(Root, { target, props: { lab, library, theme, fetchText } });
  void library.begin().then(() => lab.open.begin(linkIn(location.hash), pageOf(location.hash) === 'lab'));
} else {
  const { level } = embed;
  void import('./Embed.svelte').then(({ default: Embed }) => mount(Embed, { target, props: { lab, theme, options: embed } }));
  void lab.open.begin(linkIn(location.hash), true).then(() => {
    if (level !== null) lab.selection.show(level);
  });
}
