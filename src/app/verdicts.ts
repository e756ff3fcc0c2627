/** What a check's verdicts are called, wherever they are shown. */
import { m } from '../paraglide/messages.js';
import type { Verdict } from '../sessions/check.ts';

export const verdictName: Readonly<Record<Verdict, () => string>> = {
  same: m.share_mark_same,
  differs: m.share_mark_differs,
  close: m.share_mark_close,
  apart: m.share_mark_apart,
  missing: m.share_mark_missing,
};
