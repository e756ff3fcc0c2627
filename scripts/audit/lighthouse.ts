/**
 * Lighthouse on the built lab: at least 95 of 100 for performance, accessibility and best practices, on the lab and on
 * the library page. Part of `npm run audit`.
 */
import { writeFileSync, mkdirSync } from 'node:fs';
import lighthouse, { desktopConfig, type Flags } from 'lighthouse';
import { launchForDevTools } from '../../tests/support/browser.ts';

const LEAST = 95;
const categories = ['performance', 'accessibility', 'best-practices'] as const;
const pages = [
  { name: 'lab', hash: '' },
  { name: 'library', hash: '#library' },
];
const REPORTS = 'build/audit';

export interface PageScore {
  readonly page: string;
  /** 0..100, by category. */
  readonly scores: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly firstContentfulPaint: number;
  /** What cost points, in Lighthouse's words. */
  readonly complaints: readonly string[];
  readonly passes: boolean;
}

/** Scores of every page of the lab served at `url`, which ends in a slash. Whole reports go to build/audit. */
export async function auditPages(url: string): Promise<PageScore[]> {
  mkdirSync(REPORTS, { recursive: true });
  const scores: PageScore[] = [];
  for (const { name, hash } of pages) scores.push(await auditPage(name, `${url}${hash}`));
  return scores;
}

/** A browser of its own for each page: a first visit, with nothing kept. */
async function auditPage(page: string, url: string): Promise<PageScore> {
  const { browser, port } = await launchForDevTools();
  try {
    const flags: Flags = { port, output: 'html', logLevel: 'error', onlyCategories: [...categories] };
    const result = await lighthouse(url, flags, desktopConfig);
    if (result === undefined) throw new Error(`Lighthouse gives no result for ${url}`);
    const { lhr, report } = result;
    writeFileSync(`${REPORTS}/lighthouse-${page}.html`, Array.isArray(report) ? report[0] : report);
    const scores = Object.fromEntries(categories.map((name) => [name, Math.round(100 * (lhr.categories[name].score ?? 0))]));
    const complaints = categories
      .flatMap((name) => lhr.categories[name].auditRefs)
      .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9)
      .map(({ id }) => `${lhr.audits[id].title}${lhr.audits[id].displayValue === undefined ? '' : ` (${lhr.audits[id].displayValue})`}`);
    return {
      page,
      scores,
      firstContentfulPaint: lhr.audits['first-contentful-paint'].numericValue ?? Infinity,
      complaints,
      passes: Object.values(scores).every((score) => score >= LEAST),
    };
  } finally {
    await browser.close();
  }
}

/** One line a page, and what to mend. */
export function describe({ page, scores, firstContentfulPaint, complaints }: PageScore): string {
  const figures = Object.entries(scores).map(([name, score]) => `${name} ${score}`);
  const paint = `first contentful paint ${Math.round(firstContentfulPaint)} ms`;
  return [`${page}: ${[...figures, paint].join(', ')}`, ...complaints.map((complaint) => `  ${complaint}`)].join('\n');
}
