// What an outcome means for the page: how it is drawn, and where a lost journey was lost.
import type { Journey } from './contract.ts';

export type Kind = 'good' | 'open' | 'lost' | 'other';

// In the order in which a guest gets closer to paying.
export const LOST_STAGES = ['browsing', 'carting', 'reviewing', 'paying', 'unpaid_submitted'];

const STAGE_OF_OUTCOME: { readonly [outcome: string]: string } = {
  abandoned_browse: 'browsing',
  abandoned_cart: 'carting',
  abandoned_checkout: 'reviewing',
  abandoned_payment: 'paying',
  abandoned_unpaid: 'unpaid_submitted',
};

export function outcomeKind(outcome: string | null): Kind {
  if (outcome === null || outcome === 'open') return 'open';
  if (outcome === 'completed') return 'good';
  if (outcome === 'cancelled' || outcome.startsWith('abandoned_')) return 'lost';
  return 'other';
}

// Where a lost journey was lost, null for one that was not. A closed journey's own stage may only
// say "closed"; then the deepest stage tells.
export function lostStage(journey: Pick<Journey, 'outcome' | 'stage' | 'deepest'>): string | null {
  if (outcomeKind(journey.outcome) !== 'lost') return null;
  if (LOST_STAGES.includes(journey.stage)) return journey.stage;
  const byOutcome = STAGE_OF_OUTCOME[journey.outcome ?? ''];
  if (byOutcome !== undefined) return byOutcome;
  return journey.deepest;
}
