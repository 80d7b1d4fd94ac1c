// Turns a recorded event into a sentence for people. Pure. Event data is open-ended, so each field
// is read with care: what is missing or of another kind is left out of the sentence.
import type { JsonObject } from './decode.ts';
import type { Format } from './format.ts';
import { decimalsOf } from './format.ts';
import type { EventFacts, EventName } from './i18n/event_facts.ts';
import { EVENT_NAMES } from './i18n/event_facts.ts';
import type { Dictionary } from './i18n/index.ts';
import { word } from './i18n/index.ts';

// A burst ("clear cart") may name many lines; a sentence names this many of them.
const ITEMS_NAMED = 3;

export interface Currency {
  readonly code: string;
  readonly decimals: number;
}

// "ecommerce.add_to_cart" of "trayline.ecommerce.add_to_cart.v1"; other names stay as they are.
export function shortName(type: string): string {
  return /^trayline\.(.+)\.v\d+$/.exec(type)?.[1] ?? type;
}

function textOf(data: JsonObject, name: string): string {
  const value = data[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

function numberOf(data: JsonObject, name: string): number | null {
  const value = data[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function objectsOf(data: JsonObject, name: string): JsonObject[] {
  const value = data[name];
  if (!Array.isArray(value)) return [];
  return value.filter((entry): entry is JsonObject => typeof entry === 'object' && entry !== null);
}

function modifiersMinor(line: JsonObject): number {
  return objectsOf(line, 'modifiers').reduce(
    (sum, m) => sum + (numberOf(m, 'quantity') ?? 1) * (numberOf(m, 'price_minor') ?? 0),
    0,
  );
}

// "2 × Chicken Bowl, 17.50 USD": the whole line's value as the cart counts it.
function lineText(line: JsonObject, format: Format, currency: Currency): string {
  const name = textOf(line, 'item_name') || textOf(line, 'item_id') || textOf(line, 'line_id');
  const quantity = numberOf(line, 'quantity') ?? 1;
  const unit = numberOf(line, 'unit_price_minor');
  const label = numberOf(line, 'quantity') === null ? name : `${format.count(quantity)} × ${name}`;
  if (unit === null) return label;
  const discount = numberOf(line, 'discount_minor') ?? 0;
  const value = Math.max(0, quantity * (unit + modifiersMinor(line)) - discount);
  return `${label} ${format.money(value, currency.code, currency.decimals)}`;
}

function itemsText(data: JsonObject, format: Format, words: Dictionary, currency: Currency): string {
  const lines = objectsOf(data, 'lines');
  const named = lines.slice(0, ITEMS_NAMED).map((line) => lineText(line, format, currency));
  if (lines.length > ITEMS_NAMED) named.push(words.itemsMore(format.count(lines.length - ITEMS_NAMED)));
  return format.list(named);
}

function currencyOf(data: JsonObject, fallback: Currency): Currency {
  const code = textOf(data, 'currency');
  if (code === '' || code === fallback.code) return fallback;
  return { code, decimals: decimalsOf(code) };
}

function factsOf(
  data: JsonObject,
  format: Format,
  words: Dictionary,
  fallback: Currency,
): EventFacts {
  const currency = currencyOf(data, fallback);
  const value = numberOf(data, 'value_minor');
  const w = words.words;
  return {
    items: itemsText(data, format, words, currency),
    value: value === null ? '' : format.money(value, currency.code, currency.decimals),
    lineCount: textOf(data, 'line_count'),
    stage: word(w.stage, textOf(data, 'stage')),
    fromStage: word(w.stage, textOf(data, 'from_stage')),
    risk: word(w.risk, textOf(data, 'risk')),
    reason: word(w.reason, textOf(data, 'reason')),
    by: word(w.by, textOf(data, 'by')),
    outcome: word(w.outcome, textOf(data, 'outcome')),
    previousOutcome: word(w.outcome, textOf(data, 'previous_outcome')),
    evidence: word(w.evidence, textOf(data, 'evidence')),
    attempt: textOf(data, 'attempt'),
    failureCode: textOf(data, 'failure_code') || textOf(data, 'code'),
    hardDecline: data['hard_decline'] === true,
    paymentMethod: textOf(data, 'payment_method'),
    result: word(w.paymentResult, textOf(data, 'result')),
    entrySource: word(w.entrySource, textOf(data, 'entry_source')),
    orderMode: word(w.orderMode, textOf(data, 'order_mode')),
    searchTerm: textOf(data, 'search_term'),
    listName: textOf(data, 'item_list_name') || textOf(data, 'item_list_id'),
    promotion: textOf(data, 'promotion_name') || textOf(data, 'promotion_id'),
    ticket: textOf(data, 'ticket'),
    otherJourney: textOf(data, 'other_journey'),
    count: textOf(data, 'count'),
    payAtCounter: data['pay_at_counter'] === true,
    training: data['training'] === true,
    version: textOf(data, 'agent_version'),
    storage: word(w.storage, textOf(data, 'storage_state')),
    eventType: textOf(data, 'event_type'),
  };
}

function isKnown(name: string): name is EventName {
  return (EVENT_NAMES as readonly string[]).includes(name);
}

export function sentence(
  event: { readonly type: string; readonly data: JsonObject | null },
  format: Format,
  words: Dictionary,
  currency: Currency,
): string {
  const name = shortName(event.type);
  if (!isKnown(name)) return words.unknownEvent(name);
  return words.events[name](factsOf(event.data ?? {}, format, words, currency));
}
