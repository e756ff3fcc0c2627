/** The page: puts the lab together and on the screen. */
import { mount } from 'svelte';
import { LabError } from '../science/errors.ts';
import { m } from '../paraglide/messages.js';
import { openStore } from '../sessions/store.ts';
import { openLab, openStudy } from '../worker/browser.ts';
import App from './App.svelte';
import './tokens.css';
import './base.css';
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

const lab = new Lab({
  openLab,
  student: openStudy(),
  openStore,
  fetchText,
  memory: () => localStorage,
  schedule: nextFrame,
  now: () => performance.now(),
  newId: () => crypto.randomUUID(),
  leaveLink: () => {
    if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  },
  first: firstRecipe(),
});
const theme = new ThemeChoice(document.documentElement, matchMedia('(prefers-color-scheme: dark)'), () => localStorage);
mount(App, { target, props: { lab, theme, fetchText } });
void lab.begin(location.hash.slice(1));
