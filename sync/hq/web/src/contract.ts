// The JSON of HQ's API as the page reads it. Money is in minor units with its currency; currencies
// are never added together. Times are RFC 3339 in UTC. Words (outcome, stage, ...) stay text: a
// newer HQ may know more of them than this page.
import { flag, list, nullable, number, object, shape, text } from './decode.ts';

const money = shape({ currency: text, value_minor: number });

export const health = shape({
  status: text,
  version: text,
  database: text,
  generation: number,
  uptime_s: number,
});
export type Health = ReturnType<typeof health>;

const lostNow = shape({
  currency: text,
  decimals: number,
  value_minor: number,
  journeys: number,
  last_week_value_minor: nullable(number),
  last_week_journeys: nullable(number),
  by_stage: list(shape({ stage: text, value_minor: number, journeys: number })),
});
export type LostNow = ReturnType<typeof lostNow>;

const sold = shape({ currency: text, decimals: number, value_minor: number, journeys: number });
export type Sold = ReturnType<typeof sold>;

const reconciles = shape({
  difference: number,
  terminals: list(text),
  received: number,
  void: number,
  quarantined: number,
  watermarks: number,
  in_journeys: number,
  outside_journeys: number,
  waiting_to_be_read: number,
});
export type Reconciles = ReturnType<typeof reconciles>;

const outcomeCount = shape({ outcome: text, journeys: number, value: list(money) });
export type OutcomeCount = ReturnType<typeof outcomeCount>;

const stageCount = shape({ stage: text, journeys: number });
export type StageCount = ReturnType<typeof stageCount>;

export const overview = shape({
  now: text,
  business_day: text,
  day_start: text,
  offset_minutes: number,
  lost_now: list(lostNow),
  sold_today: list(sold),
  reconciles,
  outcomes: list(outcomeCount),
  funnel: list(stageCount),
  training_journeys: number,
  journeys_today: number,
});
export type Overview = ReturnType<typeof overview>;

const journeyFields = {
  key: text,
  terminal: text,
  id: text,
  outcome: nullable(text),
  evidence: nullable(text),
  stage: text,
  deepest: text,
  revision: number,
  value_minor: number,
  currency: text,
  decimals: number,
  lines: number,
  adds: number,
  removes: number,
  cycles: number,
  payment_failures: number,
  started: text,
  updated: text,
  closed: nullable(text),
  training: flag,
  at_risk: flag,
  events: number,
};

export const journey = shape(journeyFields);
export type Journey = ReturnType<typeof journey>;

export const journeyList = shape({ journeys: list(journey), next: nullable(text) });
export type JourneyList = ReturnType<typeof journeyList>;

const cartLine = shape({
  line_id: text,
  item_id: nullable(text),
  item_name: nullable(text),
  quantity: number,
  value_minor: number,
});
export type CartLine = ReturnType<typeof cartLine>;

const journeyFacts = shape({
  ...journeyFields,
  cart: list(cartLine),
  order_mode: nullable(text),
  channel: nullable(text),
  entry_source: nullable(text),
  cancel_reason: nullable(text),
});
export type JourneyFacts = ReturnType<typeof journeyFacts>;

const eventFields = shape({
  id: text,
  type: text,
  time: text,
  sequence: number,
  mono_ms: nullable(number),
  boot: nullable((value: unknown) => String(value)),
  data: nullable(object),
  arrived: nullable(text),
  cart_value_minor: nullable(number),
});
export type TrayEvent = ReturnType<typeof eventFields> & { readonly raw: unknown };

export const journeyDetail = shape({
  journey: journeyFacts,
  events: list((value, path): TrayEvent => ({ ...eventFields(value, path), raw: value })),
});
export type JourneyDetail = ReturnType<typeof journeyDetail>;

const terminal = shape({
  terminal: text,
  online: flag,
  epoch: number,
  watermark: number,
  last_seen: nullable(text),
  last_event: nullable(text),
  waiting: number,
  received: number,
  void: number,
  quarantined: number,
  gaps: number,
  duplicates: number,
  bad_frames: number,
  clock: text,
  clock_speed: number,
  storage: text,
  identity_conflicts: number,
  agent_version: text,
  device_class: text,
  open_journeys: number,
  state: text,
});
export type Terminal = ReturnType<typeof terminal>;
export const terminalList = shape({ terminals: list(terminal) });

const quarantinedFrame = shape({
  terminal: text,
  epoch: number,
  first: number,
  count: number,
  reason: text,
  arrived: text,
  bytes: number,
});
export type QuarantinedFrame = ReturnType<typeof quarantinedFrame>;
export const quarantineList = shape({ frames: list(quarantinedFrame) });

export const changed = shape({ journeys: list(text), terminals: list(text), received: number });
export type Changed = ReturnType<typeof changed>;

const problem = shape({ title: nullable(text), code: nullable(text), detail: nullable(text) });
export const problemDocument = problem;
