/** Numbers as people read them here: thin spaces, true minus, one way to write each kind. */
import { m } from '../paraglide/messages.js';

/** Narrow no-break space: between thousands, and between a number and its unit. */
export const THIN = '\u202f';

const trueMinus = (text: string): string => text.replace('-', '\u2212');

/** 1 450 */
export const integer = (value: number): string => trueMinus(String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN));

/** Fixed decimals, with a true minus. */
export const fixed = (value: number, decimals: number): string => trueMinus(value.toFixed(decimals));

/** A density (0..1) as kept %, without its unit: 21.1. Two digits stay below 1 %, so that sparse levels can be told apart. */
export function kept(density: number): string {
  const percent = density * 100;
  return percent === 100 || percent === 0 ? String(percent) : fixed(percent, percent < 1 ? 2 : 1);
}

/** A density (0..1) with its unit: 21.1 % */
export const keptPercent = (density: number): string => `${kept(density)}${THIN}%`;

/** An accuracy (0..1) in per cent, without its unit: 98.24. */
export const accuracy = (share: number, decimals = 2): string => fixed(share * 100, decimals);

/** A share (0..1) as whole per cent: 43 % */
export const percent = (share: number): string => `${Math.round(share * 100)}${THIN}%`;

/** A time to go, rounded the way people say it. */
export function duration(seconds: number): string {
  if (seconds < 1) return m.app_duration_moment();
  if (seconds < 60) return m.app_duration_seconds({ count: Math.round(seconds) });
  if (seconds < 3600) return m.app_duration_minutes({ count: Math.round(seconds / 60) });
  return m.app_duration_hours({ hours: Math.floor(seconds / 3600), minutes: Math.round((seconds % 3600) / 60) });
}

/** Bytes in MB, one decimal. */
export const megabytes = (bytes: number): string => `${fixed(bytes / 1e6, 1)}${THIN}MB`;

/** Bytes in the unit that keeps the number short. */
export function dataSize(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))}${THIN}kB`;
  return bytes < 1e9 ? megabytes(bytes) : `${fixed(bytes / 1e9, 1)}${THIN}GB`;
}
