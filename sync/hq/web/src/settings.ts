// The reader's language and theme: kept in the browser, else taken from what the browser says.
import type { Language } from './format.ts';
import { HTML_LANG } from './i18n/index.ts';

export type Theme = 'light' | 'dark';

const LANGUAGE_KEY = 'trayline.language';
const THEME_KEY = 'trayline.theme';

// Storage can be switched off in a browser; the page works without it.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice holds until the page is closed.
  }
}

export function firstLanguage(): Language {
  const kept = read(LANGUAGE_KEY);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function firstTheme(): Theme {
  const kept = read(THEME_KEY);
  if (kept === 'light' || kept === 'dark') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function followsSystemTheme(): boolean {
  return read(THEME_KEY) === null;
}

export function applyLanguage(language: Language, title: string): void {
  document.documentElement.lang = HTML_LANG[language];
  document.title = title;
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

export function keepLanguage(language: Language): void {
  write(LANGUAGE_KEY, language);
}

export function keepTheme(theme: Theme): void {
  write(THEME_KEY, theme);
}
