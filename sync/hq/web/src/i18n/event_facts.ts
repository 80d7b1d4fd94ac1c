// What a sentence about an event may say. Every value is text that is ready to be read (money and
// words are already in the reader's language), '' where the event does not say it.

export interface EventFacts {
  readonly items: string;
  readonly value: string;
  readonly lineCount: string;
  readonly stage: string;
  readonly fromStage: string;
  readonly risk: string;
  readonly reason: string;
  readonly by: string;
  readonly outcome: string;
  readonly previousOutcome: string;
  readonly evidence: string;
  readonly attempt: string;
  readonly failureCode: string;
  readonly hardDecline: boolean;
  readonly paymentMethod: string;
  readonly result: string;
  readonly entrySource: string;
  readonly orderMode: string;
  readonly searchTerm: string;
  readonly listName: string;
  readonly promotion: string;
  readonly ticket: string;
  readonly otherJourney: string;
  readonly count: string;
  readonly payAtCounter: boolean;
  readonly training: boolean;
  readonly version: string;
  readonly storage: string;
  readonly eventType: string;
}

export const EVENT_NAMES = [
  'journey.started',
  'journey.stage_changed',
  'journey.at_risk',
  'journey.abandoned',
  'journey.outcome_revised',
  'journey.linked',
  'journey.closed',
  'ecommerce.view_item_list',
  'ecommerce.select_item',
  'ecommerce.view_item',
  'ecommerce.search',
  'ecommerce.add_to_cart',
  'ecommerce.remove_from_cart',
  'ecommerce.update_cart_line',
  'ecommerce.view_cart',
  'ecommerce.begin_checkout',
  'ecommerce.add_payment_info',
  'ecommerce.purchase',
  'ecommerce.refund',
  'ecommerce.view_promotion',
  'ecommerce.select_promotion',
  'order.submitted',
  'order.suspended',
  'order.resumed',
  'order.cancel_requested',
  'order.cancelled',
  'payment.started',
  'payment.failed',
  'payment.unknown',
  'payment.reconciled',
  'payment.approved',
  'host.touched',
  'host.idle_warned',
  'host.idle_extended',
  'host.start_over',
  'host.staff_reset',
  'host.page_lost',
  'host.page_restored',
  'host.training_changed',
  'system.started',
  'system.clock_adjusted',
  'system.bundle_activated',
  'system.bundle_rejected',
  'system.connectivity_changed',
  'system.crash_recovered',
  'system.storage_state',
  'system.irregular',
  'system.journal_recovered',
  'system.epoch_began',
] as const;

export type EventName = (typeof EVENT_NAMES)[number];
export type EventSentences = { readonly [Name in EventName]: (facts: EventFacts) => string };
