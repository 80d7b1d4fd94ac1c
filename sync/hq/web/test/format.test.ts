import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Format, decimalsOf, stopwatch } from '../src/format.ts';

const en = new Format('en', 0);
const zh = new Format('zh', 480);

test('money keeps minor units exact and names its currency', () => {
  assert.equal(en.money(123_450, 'USD', 2), '1,234.50\u00a0USD');
  assert.equal(zh.money(5, 'CNY', 2), '0.05\u00a0CNY');
  assert.equal(en.money(1500, 'JPY', 0), '1,500\u00a0JPY');
  assert.equal(en.money(1234, 'KWD', 3), '1.234\u00a0KWD');
  assert.equal(en.money(-250, 'USD', 2), '-2.50\u00a0USD');
  assert.equal(en.money(0, '', 2), '0.00');
  assert.equal(en.money(0, 'XXX', 2), '0.00');
});

test('decimals of a currency are those of ISO 4217, two for an unknown one', () => {
  assert.equal(decimalsOf('JPY'), 0);
  assert.equal(decimalsOf('USD'), 2);
  assert.equal(decimalsOf('not a currency'), 2);
});

test('small shares keep a decimal so that 0 % means none', () => {
  assert.equal(en.percent(0), '0%');
  assert.equal(en.percent(0.004), '0.4%');
  assert.equal(en.percent(0.573), '57%');
});

test("times are the store's, whatever the browser's zone", () => {
  assert.equal(zh.clock('2026-11-22T18:30:05.123Z'), '02:30:05');
  assert.equal(new Format('en', -360).clockMinutes('2026-11-22T05:05:00.000Z'), '23:05');
  assert.equal(zh.zone(), 'UTC+8');
  assert.equal(new Format('en', -330).zone(), 'UTC\u22125:30');
  assert.equal(en.zone(), 'UTC');
});

test('midnight is 00, not 24', () => {
  assert.equal(en.clock('2026-11-22T00:00:00.000Z'), '00:00:00');
});

test('the same day is decided in store time', () => {
  assert.equal(zh.isSameDay('2026-11-22T15:00:00Z', '2026-11-22T17:00:00Z'), false);
  assert.equal(en.isSameDay('2026-11-22T15:00:00Z', '2026-11-22T17:00:00Z'), true);
  assert.equal(en.isSameDay('', '2026-11-22T17:00:00Z'), false);
});

test('a business day is a date without a zone', () => {
  assert.equal(new Format('en', -720).weekday('2026-11-22'), 'Sunday');
  assert.equal(zh.weekday('2026-11-22'), '星期日');
});

test('a time that cannot be read is a dash, not an exception', () => {
  assert.equal(en.clock('yesterday'), '\u2013');
});

test('relative times take the largest fitting unit and never lie ahead', () => {
  const now = '2026-11-22T12:00:00Z';
  assert.equal(en.ago('2026-11-22T11:59:20Z', now), '40 seconds ago');
  assert.equal(en.ago('2026-11-22T11:18:00Z', now), '42 minutes ago');
  assert.equal(zh.ago('2026-11-20T12:00:00Z', now), '前天');
  assert.equal(en.ago('2026-11-22T12:00:09Z', now), 'now');
});

test('a stopwatch counts minutes, then hours, and keeps a sign', () => {
  assert.equal(stopwatch(0), '0:00');
  assert.equal(stopwatch(67_400), '1:07');
  assert.equal(stopwatch(3_725_000), '1:02:05');
  assert.equal(stopwatch(-61_000), '\u22121:01');
});
