import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetsMs, stepPath, steps, ticks, timeTicks } from '../src/charts/cart_steps.ts';
import type { Journey, TrayEvent } from '../src/contract.ts';
import { newKeys, updatedRows } from '../src/model.ts';
import { journeyHash, overviewHash, parse } from '../src/router.ts';
import { lostStage, outcomeKind } from '../src/words.ts';

const rows = (...keys: string[]) => keys.map((key) => ({ key, lines: 0 }) as Journey);
const event = (name: string, monoMs: number | null, value: number | null, boot = '3') =>
  ({
    id: `1-${monoMs}`,
    type: `trayline.${name}.v1`,
    time: new Date(1_000_000 + (monoMs ?? 0) * 2).toISOString(),
    mono_ms: monoMs,
    boot,
    cart_value_minor: value,
  }) as TrayEvent;

test('only rows above the known ones are news', () => {
  assert.deepEqual([...newKeys(rows('c', 'b'), rows('e', 'd', 'c', 'b'))], ['e', 'd']);
  assert.deepEqual([...newKeys(rows('c', 'b'), rows('c', 'b', 'a'))], []);
  assert.deepEqual([...newKeys(rows(), rows('a'))], ['a']);
});

test('rows that are being read keep their places and take their news', () => {
  const next = [{ key: 'b', lines: 4 } as Journey, ...rows('x', 'a')];
  assert.deepEqual(updatedRows(rows('a', 'b'), next).map((j) => [j.key, j.lines]), [['a', 0], ['b', 4]]);
});

test('addresses lead to where they came from', () => {
  const query = { lost: true, outcome: '', terminal: 'chain/store 1/k', stage: 'paying' };
  assert.deepEqual(parse(overviewHash(query)), { page: 'overview', query });
  assert.deepEqual(parse(journeyHash('t/s/k/17-4')), { page: 'journey', key: 't/s/k/17-4' });
  assert.deepEqual(parse(journeyHash('t/s%/k?/1-1')), { page: 'journey', key: 't/s%/k?/1-1' });
  assert.equal(overviewHash(), '#/');
  assert.equal(parse('#/journey/%E0%A4%A').page, 'journey');
});

test('a lost journey was lost at its stage, by its outcome, or at its deepest', () => {
  const at = (outcome: string | null, stage: string, deepest: string) =>
    lostStage({ outcome, stage, deepest });
  assert.equal(at('abandoned_cart', 'closed', 'reviewing'), 'carting');
  assert.equal(at('abandoned_cart', 'reviewing', 'reviewing'), 'reviewing');
  assert.equal(at('cancelled', 'closed', 'reviewing'), 'reviewing');
  assert.equal(at('completed', 'completed', 'paying'), null);
  assert.equal(at(null, 'carting', 'carting'), null);
});

test('accidental touches and resets are neither lost nor sold', () => {
  assert.equal(outcomeKind('accidental'), 'other');
  assert.equal(outcomeKind('staff_reset'), 'other');
  assert.equal(outcomeKind('abandoned_unpaid'), 'lost');
  assert.equal(outcomeKind(null), 'open');
});

test('offsets come from the monotonic clock within one boot, else from the wall', () => {
  assert.deepEqual(offsetsMs([event('a.b', 500, 0), event('a.b', 1500, 0)]), [0, 1000]);
  assert.deepEqual(offsetsMs([event('a.b', 500, 0), event('a.b', 1500, 0, '4')]), [0, 2000]);
  assert.deepEqual(offsetsMs([]), []);
});

test('an event that says no value keeps the one before', () => {
  const made = steps([
    event('ecommerce.add_to_cart', 0, 875),
    event('host.touched', 1000, null),
    event('payment.failed', 2000, 875),
  ]);
  assert.deepEqual(made.map((s) => [s.valueMinor, s.mark]), [[875, 'add'], [875, null], [875, 'decline']]);
});

test('axis values are round and cover the highest', () => {
  assert.deepEqual(ticks(2490, 4), [0, 1000, 2000, 3000]);
  assert.deepEqual(ticks(0, 4), [0]);
  assert.ok((ticks(1, 4).at(-1) ?? 0) >= 1);
  assert.deepEqual(timeTicks(65_000, 8), [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
});

test('a step keeps its value until the next event', () => {
  assert.equal(stepPath([{ x: 0, y: 9 }, { x: 4, y: 2 }]), 'M0 9H4V2');
});
