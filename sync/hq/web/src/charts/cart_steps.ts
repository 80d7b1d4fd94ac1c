// The geometry of the step chart of a cart's value. Pure: numbers in, coordinates out.
import type { TrayEvent } from '../contract.ts';
import { shortName } from '../sentences.ts';

export type MarkKind = 'add' | 'remove' | 'pay' | 'decline' | 'end';

export interface Step {
  readonly id: string;
  readonly atMs: number; // since the journey's first event
  readonly valueMinor: number;
  readonly mark: MarkKind | null;
}

const MARKS: { readonly [name: string]: MarkKind } = {
  'ecommerce.add_to_cart': 'add',
  'ecommerce.remove_from_cart': 'remove',
  'payment.started': 'pay',
  'payment.approved': 'pay',
  'payment.failed': 'decline',
  'ecommerce.purchase': 'end',
  'order.cancelled': 'end',
  'journey.abandoned': 'end',
};

// Offsets come from the monotonic clock where all events share a boot, because a wall clock may be
// set in the middle of a journey; else from the wall clock.
export function offsetsMs(events: readonly TrayEvent[]): number[] {
  const first = events[0];
  if (first === undefined) return [];
  const monotonic = events.every((e) => e.mono_ms !== null && e.boot === first.boot);
  if (monotonic) return events.map((e) => (e.mono_ms ?? 0) - (first.mono_ms ?? 0));
  const start = Date.parse(first.time);
  return events.map((e) => Date.parse(e.time) - start);
}

export function steps(events: readonly TrayEvent[]): Step[] {
  const offsets = offsetsMs(events);
  let value = 0;
  return events.map((event, i) => {
    value = event.cart_value_minor ?? value;
    return {
      id: event.id,
      atMs: offsets[i] ?? 0,
      valueMinor: value,
      mark: MARKS[shortName(event.type)] ?? null,
    };
  });
}

// Round values for the axis, at most count of them above 0: 1, 2 or 5 times a power of ten.
export function ticks(highest: number, count: number): number[] {
  if (highest <= 0) return [0];
  const rough = highest / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((m) => m * power).find((step) => step >= rough) ?? rough;
  const result = [];
  for (let value = 0; value < highest + size * 0.999; value += size) result.push(Math.round(value));
  return result;
}

const TIME_STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200];

export function timeTicks(longestMs: number, count: number): number[] {
  const size = (TIME_STEPS_S.find((s) => longestMs / (s * 1000) <= count) ?? 14_400) * 1000;
  const result = [];
  for (let at = 0; at <= longestMs; at += size) result.push(at);
  return result;
}

// An SVG path that keeps each value until the next event.
export function stepPath(points: readonly { x: number; y: number }[]): string {
  return points
    .map((p, i) => (i === 0 ? `M${p.x} ${p.y}` : `H${p.x}V${p.y}`))
    .join('');
}
