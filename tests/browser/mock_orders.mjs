// Orders for the mock HQ: the real baskets of tests/data/chipotle with their names and prices.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TSV =
  process.env.TRAYLINE_CHIPOTLE ??
  fileURLToPath(new URL('../data/chipotle/chipotle.tsv', import.meta.url));

// Longer baskets are parties; they would fill a page of the mock without showing anything new.
const LINES_MAX = 8;

function itemId(name) {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function modifiersOf(description) {
  if (description === 'NULL') return [];
  return description
    .replace(/[[\]]/g, '')
    .split(',')
    .map((choice) => choice.trim())
    .filter((choice) => choice !== '')
    .map((choice) => ({ id: itemId(choice), quantity: 1, price_minor: 0 }));
}

function lineOf(row) {
  const [, quantityText, name, description, priceText] = row.split('\t');
  const quantity = Number(quantityText);
  // Written like "$2.39 ", the price of the whole line.
  const priceMinor = Math.round(Number(priceText.replace(/[$"\s]/g, '')) * 100);
  return {
    item_id: itemId(name),
    item_name: name.trim(),
    quantity,
    unit_price_minor: Math.round(priceMinor / quantity),
    modifiers: modifiersOf(description),
  };
}

// [[line, ...], ...], an order each.
export function readOrders() {
  const orders = new Map();
  for (const row of readFileSync(TSV, 'utf8').split('\n').slice(1)) {
    if (row.trim() === '') continue;
    const id = row.split('\t')[0];
    orders.set(id, [...(orders.get(id) ?? []), lineOf(row)]);
  }
  return [...orders.values()].filter((lines) => lines.length <= LINES_MAX);
}
