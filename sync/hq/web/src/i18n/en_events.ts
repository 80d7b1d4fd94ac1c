// One sentence for each event type, in English.
import type { EventSentences } from './event_facts.ts';

// "text" with what stands before it, or nothing where there is no text.
const after = (before: string, text: string) => (text === '' ? '' : `${before}${text}`);

export const enEvents: EventSentences = {
  'journey.started': (f) =>
    `Journey started${after(': ', f.entrySource)}${after(', ', f.orderMode)}`,
  'journey.stage_changed': (f) => `Stage: ${f.stage || 'another one'}${after(', before: ', f.fromStage)}`,
  'journey.at_risk': (f) => `At risk of being lost${after(': ', f.risk)}`,
  'journey.abandoned': (f) =>
    `${f.outcome || 'Abandoned'}${after(', ', f.value)} left in the cart${after('; evidence: ', f.evidence)}`,
  'journey.outcome_revised': (f) =>
    `Outcome revised to ${f.outcome || 'another one'}${after(', was ', f.previousOutcome)}${after('; evidence: ', f.evidence)}`,
  'journey.linked': (f) => `Linked to another journey${after(': ', f.otherJourney)}`,
  'journey.closed': (f) => `Journey closed${after(': ', f.outcome)}${after('; evidence: ', f.evidence)}`,
  'ecommerce.view_item_list': (f) => `Looked at a list${after(': ', f.listName)}`,
  'ecommerce.select_item': (f) => `Chose ${f.items || 'an item'} from a list`,
  'ecommerce.view_item': (f) => `Looked at ${f.items || 'an item'}`,
  'ecommerce.search': (f) => `Searched${after(': ', f.searchTerm)}`,
  'ecommerce.add_to_cart': (f) => `Added ${f.items || 'an item'}`,
  'ecommerce.remove_from_cart': (f) => `Removed ${f.items || 'an item'}`,
  'ecommerce.update_cart_line': (f) => `Changed ${f.items || 'a line of the cart'}`,
  'ecommerce.view_cart': (f) => `Reviewed the cart${after(', ', f.value)}`,
  'ecommerce.begin_checkout': (f) => `Went to the checkout${after(', ', f.value)}`,
  'ecommerce.add_payment_info': (f) => `Chose how to pay${after(': ', f.paymentMethod)}`,
  'ecommerce.purchase': (f) => `Bought${after(' for ', f.value)}${after(', ticket ', f.ticket)}`,
  'ecommerce.refund': (f) => `Refunded${after(' ', f.value)}`,
  'ecommerce.view_promotion': (f) => `Saw a promotion${after(': ', f.promotion)}`,
  'ecommerce.select_promotion': (f) => `Chose a promotion${after(': ', f.promotion)}`,
  'order.submitted': (f) =>
    `Submitted the order${f.payAtCounter ? ', to be paid at the counter' : ''}${after(', ticket ', f.ticket)}`,
  'order.suspended': () => 'Order put aside',
  'order.resumed': () => 'Order taken up again',
  'order.cancel_requested': (f) => `Tapped cancel${after(': ', f.reason)}`,
  'order.cancelled': (f) => `Order cancelled${after(': ', f.reason)}${after('; by ', f.by)}`,
  'payment.started': (f) => `Payment started${after(', attempt ', f.attempt)}${after(', ', f.value)}`,
  'payment.failed': (f) =>
    `Payment declined${f.hardDecline ? ' for good' : ''}${after(', attempt ', f.attempt)}${after(', code ', f.failureCode)}`,
  'payment.unknown': () => 'The card terminal did not answer; whether money moved is not known',
  'payment.reconciled': (f) => `Payment cleared up${after(': ', f.result)}`,
  'payment.approved': (f) => `Payment approved${after(', ', f.value)}`,
  'host.touched': (f) => `Touched the screen${after(', times: ', f.count)}`,
  'host.idle_warned': () => 'Asked whether the guest is still there',
  'host.idle_extended': () => 'The guest asked for more time',
  'host.start_over': () => 'Started over',
  'host.staff_reset': () => 'Reset by staff',
  'host.page_lost': () => 'The page of the kiosk was lost',
  'host.page_restored': () => 'The page of the kiosk came back',
  'host.training_changed': (f) => `Training mode ${f.training ? 'on' : 'off'}`,
  'system.started': (f) => `Terminal started${after(', version ', f.version)}`,
  'system.clock_adjusted': () => 'Clock of the terminal set',
  'system.bundle_activated': () => 'New rules in force',
  'system.bundle_rejected': () => 'New rules refused',
  'system.connectivity_changed': () => 'Connection to headquarters changed',
  'system.crash_recovered': () => 'Terminal recovered after a power cut or crash',
  'system.storage_state': (f) => `Storage${after(': ', f.storage)}`,
  'system.irregular': (f) => `Out of the usual order${after(': ', f.eventType)}`,
  'system.journal_recovered': () => 'Journal was damaged: what could be read goes on',
  'system.epoch_began': () => 'Journal goes on under a new epoch',
};
