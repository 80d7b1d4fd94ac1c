import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Format } from '../src/format.ts';
import { EVENT_NAMES } from '../src/i18n/event_facts.ts';
import { DICTIONARIES } from '../src/i18n/index.ts';
import { sentence, shortName } from '../src/sentences.ts';

const usd = { code: 'USD', decimals: 2 };
const say = (language: 'en' | 'zh', name: string, data: { [key: string]: unknown } = {}) =>
  sentence({ type: `trayline.${name}.v1`, data }, new Format(language, 0), DICTIONARIES[language], usd)
    .replace(/\u00a0/g, ' ');

const bowl = { item_name: 'Chicken Bowl', quantity: 2, unit_price_minor: 875 };

test('an add names quantity, item and the value of the line', () => {
  const data = { lines: [bowl], currency: 'USD' };
  assert.equal(say('en', 'ecommerce.add_to_cart', data), 'Added 2 × Chicken Bowl 17.50 USD');
  assert.equal(say('zh', 'ecommerce.add_to_cart', data), '加入 2 × Chicken Bowl 17.50 USD');
});

test('modifiers cost per unit, a discount is taken off the line, never below 0', () => {
  const modifiers = [{ id: 'guacamole', quantity: 1, price_minor: 200 }];
  const line = { ...bowl, modifiers, discount_minor: 150 };
  assert.equal(say('en', 'ecommerce.add_to_cart', { lines: [line] }), 'Added 2 × Chicken Bowl 20.00 USD');
  const gift = { ...bowl, discount_minor: 9999 };
  assert.equal(say('en', 'ecommerce.add_to_cart', { lines: [gift] }), 'Added 2 × Chicken Bowl 0.00 USD');
});

test('a burst names three lines and counts the others', () => {
  const lines = ['A', 'B', 'C', 'D', 'E'].map((item_name) => ({ item_name, quantity: 1 }));
  assert.equal(say('en', 'ecommerce.remove_from_cart', { lines }), 'Removed 1 × A, 1 × B, 1 × C and 2 more');
});

test("an event's own currency wins over the journey's", () => {
  const data = { lines: [{ item_name: 'Ramen', quantity: 1, unit_price_minor: 980 }], currency: 'JPY' };
  assert.equal(say('en', 'ecommerce.add_to_cart', data), 'Added 1 × Ramen 980 JPY');
});

test('words of closed lists are translated, new ones are shown as they are', () => {
  const cancelled = { reason: 'too_expensive', by: 'guest' };
  assert.equal(say('en', 'order.cancelled', cancelled), 'Order cancelled: too expensive; by the guest');
  assert.equal(say('zh', 'order.cancelled', cancelled), '订单取消：太贵；操作者：顾客');
  assert.equal(say('en', 'order.cancelled', { reason: 'bad_weather' }), 'Order cancelled: bad weather');
  assert.equal(say('en', 'order.cancelled', { reason: 'constructor' }), 'Order cancelled: constructor');
});

test('every event type has a sentence in both languages, with and without data', () => {
  for (const name of EVENT_NAMES) {
    for (const language of ['en', 'zh'] as const) {
      const text = say(language, name);
      assert.ok(text.length > 1, `${language} ${name}`);
      assert.doesNotMatch(text, /undefined|null|NaN|[:：,，;；]\s*$/, `${language} ${name}: ${text}`);
    }
  }
});

test('data of the wrong kind is left out', () => {
  const data = { lines: 'none', value_minor: '12', currency: 7, attempt: {} };
  assert.equal(say('en', 'ecommerce.add_to_cart', data), 'Added an item');
  assert.equal(say('en', 'payment.started', data), 'Payment started');
});

test('a type that this page does not know is named', () => {
  assert.equal(say('en', 'offer.offered'), 'Event offer.offered');
  assert.equal(shortName('com.example.other'), 'com.example.other');
});
