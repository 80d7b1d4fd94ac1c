// Dictionaries by language, and words that fall back to themselves.
import type { Language } from '../format.ts';
import type { Dictionary } from './en.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

export type { Dictionary } from './en.ts';

export const DICTIONARIES: { readonly [L in Language]: Dictionary } = { en, zh };
export const HTML_LANG: { readonly [L in Language]: string } = { en: 'en', zh: 'zh-CN' };

// A word of a closed list in the reader's language; one that this page does not know yet is shown
// as HQ wrote it, with spaces.
export function word(table: { readonly [key: string]: string }, name: string | null): string {
  if (name === null || name === '') return '';
  return Object.hasOwn(table, name) ? (table[name] as string) : name.replace(/_/g, ' ');
}
