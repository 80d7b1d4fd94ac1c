import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '../src/i18n/en.ts';
import { word } from '../src/i18n/index.ts';
import { zh } from '../src/i18n/zh.ts';

function paths(node: unknown, path = ''): string[] {
  if (typeof node !== 'object' || node === null) return [path];
  return Object.entries(node).flatMap(([key, value]) => paths(value, `${path}.${key}`));
}

function texts(node: unknown): string[] {
  if (typeof node === 'string') return [node];
  if (typeof node === 'function') return [String(node('1', '2', '3', '4'))];
  return Object.values(node as object).flatMap(texts);
}

test('both languages say the same things', () => {
  assert.deepEqual(paths(zh).sort(), paths(en).sort());
});

test('no text is empty', () => {
  const { events: ignoredEn, ...english } = en;
  const { events: ignoredZh, ...chinese } = zh;
  assert.ok(ignoredEn && ignoredZh);
  for (const text of [...texts(english), ...texts(chinese)]) assert.ok(text.trim().length > 0);
});

test('one journey is not "1 journeys"', () => {
  assert.equal(en.journeys('1', 1), '1 journey');
  assert.equal(en.journeys('2', 2), '2 journeys');
});

test('a word that the page does not know is shown with spaces', () => {
  assert.equal(word(en.words.outcome, 'taken_by_aliens'), 'taken by aliens');
  assert.equal(word(en.words.outcome, null), '');
});
