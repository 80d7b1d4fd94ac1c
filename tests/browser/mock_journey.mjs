// Makes one journey for the mock HQ: its events as a terminal would record them, and the figures
// that HQ folds out of them. Ways of ordering are simulated; the baskets are real.

const STAGES = ['started', 'browsing', 'carting', 'reviewing', 'paying', 'completed'];
const EVIDENCE = {
  completed: 'host_report',
  cancelled: 'cancel_tap',
  abandoned_browse: 'walk_away',
  abandoned_cart: 'idle_timeout',
  abandoned_checkout: 'idle_timeout',
  abandoned_payment: 'payment_declined',
  abandoned_unpaid: 'unpaid_timeout',
  accidental: 'idle_timeout',
};
export const LOST_AT = {
  abandoned_browse: 'browsing',
  abandoned_cart: 'carting',
  abandoned_checkout: 'reviewing',
  abandoned_payment: 'paying',
  abandoned_unpaid: 'unpaid_submitted',
};
// Of sessions with an add 21-40 % also have a removal (the data's README).
const REMOVAL_SHARE = 0.3;

export function deeper(one, other) {
  return STAGES.indexOf(one) > STAGES.indexOf(other) ? one : other;
}

export function reached(journey) {
  if (journey.outcome === 'completed') return STAGES.length - 1;
  return Math.min(STAGES.indexOf(journey.deepest), STAGES.length - 2);
}

const lineMinor = (line) => line.quantity * line.unit_price_minor;

// Writes the journey's events one by one; terminal is { id, epoch, sequence, boot, journeys }.
class Recorder {
  constructor(terminal, startMs, random, currency) {
    this.terminal = terminal;
    this.random = random;
    this.currency = currency;
    this.atMs = startMs;
    this.number = ++terminal.journeys;
    this.cart = [];
    this.events = [];
    this.facts = { adds: 0, removes: 0, cycles: 0, payment_failures: 0, deepest: 'started' };
    this.stage = 'started';
  }

  wait(fromS, toS) {
    this.atMs += Math.round((fromS + this.random() * (toS - fromS)) * 1000);
  }

  value() {
    return this.cart.reduce((sum, line) => sum + lineMinor(line), 0);
  }

  record(name, data = {}) {
    const { terminal } = this;
    const sequence = ++terminal.sequence;
    const [tenant, store, kiosk] = terminal.id.split('/');
    this.events.push({
      specversion: '1.0',
      id: `${terminal.epoch}-${sequence}`,
      type: `trayline.${name}.v1`,
      source: `/t/${tenant}/s/${store}/k/${kiosk}`,
      subject: `journey/${terminal.epoch}-${this.number}`,
      sequence,
      epoch: terminal.epoch,
      time: new Date(this.atMs).toISOString(),
      boot: terminal.boot,
      mono_ms: this.atMs - terminal.bootMs,
      clock: 'synced',
      data,
      arrived: new Date(this.atMs + 180 + Math.round(this.random() * 400)).toISOString(),
      cart_value_minor: this.value(),
    });
  }

  moveTo(stage) {
    if (stage === this.stage) return;
    this.record('journey.stage_changed', { from_stage: this.stage, stage });
    this.stage = stage;
    this.facts.deepest = deeper(stage, this.facts.deepest);
  }

  add(line) {
    const added = { line_id: String(this.cart.length + 1 + this.facts.removes), ...line };
    this.cart.push(added);
    this.facts.adds += 1;
    this.record('ecommerce.add_to_cart', { lines: [added], currency: this.currency });
    this.moveTo('carting');
  }

  remove(line) {
    this.cart = this.cart.filter((other) => other !== line);
    this.facts.removes += 1;
    this.record('ecommerce.remove_from_cart', { lines: [line], currency: this.currency });
  }
}

function browse(r) {
  r.wait(1, 6);
  r.record('ecommerce.view_item_list', { item_list_name: 'Burritos and bowls' });
  r.moveTo('browsing');
}

function fill(r, order) {
  for (const line of order) {
    r.wait(3, 18);
    if (r.random() < 0.6) {
      r.record('ecommerce.view_item', { lines: [{ item_id: line.item_id, item_name: line.item_name }] });
      r.wait(2, 14);
    }
    r.add(line);
  }
  if (r.random() < REMOVAL_SHARE) {
    r.wait(3, 10);
    const line = r.cart[Math.floor(r.random() * r.cart.length)];
    r.remove(line);
    if (r.cart.length === 0 || r.random() < 0.5) {
      r.wait(4, 16);
      r.add({ ...line, line_id: undefined });
      r.facts.cycles += 1;
    }
  }
}

function review(r) {
  r.wait(3, 12);
  r.record('ecommerce.view_cart', { value_minor: r.value(), currency: r.currency });
  r.moveTo('reviewing');
}

function checkout(r, declines) {
  r.wait(3, 10);
  r.record('ecommerce.begin_checkout', { value_minor: r.value(), currency: r.currency });
  r.moveTo('paying');
  for (let attempt = 1; attempt <= declines; ++attempt) {
    r.wait(4, 12);
    r.record('payment.started', { attempt, value_minor: r.value(), currency: r.currency });
    r.wait(3, 9);
    r.record('payment.failed', { attempt, failure_code: 'insufficient_funds', hard_decline: false });
    r.facts.payment_failures += 1;
    r.record('journey.at_risk', { risk: 'payment_declined' });
  }
}

function pay(r) {
  r.wait(3, 10);
  const attempt = r.facts.payment_failures + 1;
  r.record('payment.started', { attempt, value_minor: r.value(), currency: r.currency });
  r.wait(3, 9);
  r.record('payment.approved', { attempt, value_minor: r.value(), currency: r.currency });
  r.record('ecommerce.purchase', {
    transaction_id: `t-${r.terminal.epoch}-${r.number}`,
    ticket: String(100 + (r.number % 900)),
    value_minor: r.value(),
    currency: r.currency,
  });
}

function leave(r, outcome) {
  if (outcome === 'abandoned_cart' || outcome === 'abandoned_checkout') {
    r.wait(38, 52);
    r.record('host.idle_warned');
    r.record('journey.at_risk', { risk: 'idle_warned' });
    r.wait(20, 21);
  } else {
    r.wait(8, 30);
  }
  r.record('journey.abandoned', {
    outcome,
    evidence: EVIDENCE[outcome],
    value_minor: r.value(),
    currency: r.currency,
    line_count: r.cart.length,
    revision: 1,
  });
}

function cancel(r, reason) {
  r.wait(5, 20);
  r.record('order.cancel_requested', { reason });
  r.wait(2, 6);
  r.record('order.cancelled', { reason, by: 'guest' });
}

// Plays the way to this outcome; null: the journey is still going on.
function play(r, order, outcome, reason) {
  r.record('journey.started', { entry_source: 'walk_up', order_mode: r.random() < 0.6 ? 'take_away' : 'dine_in' });
  if (outcome === 'accidental') {
    r.wait(3, 5);
    r.record('journey.closed', { outcome, evidence: EVIDENCE[outcome] });
    return;
  }
  browse(r);
  if (outcome === 'abandoned_browse') return leave(r, outcome);
  fill(r, order);
  if (outcome === 'abandoned_cart' || (outcome === null && r.random() < 0.6)) {
    return outcome === null ? undefined : leave(r, outcome);
  }
  review(r);
  if (outcome === null) return undefined;
  if (outcome === 'abandoned_checkout') return leave(r, outcome);
  if (outcome === 'cancelled') return cancel(r, reason);
  if (outcome === 'abandoned_unpaid') {
    r.record('order.submitted', { pay_at_counter: true, ticket: String(100 + (r.number % 900)) });
    r.moveTo('unpaid_submitted');
    r.wait(600, 600);
    return leave(r, outcome);
  }
  checkout(r, outcome === 'abandoned_payment' ? 3 : r.random() < 0.06 ? 1 : 0);
  return outcome === 'abandoned_payment' ? leave(r, outcome) : pay(r);
}

const REASONS = ['too_expensive', 'changed_mind', 'too_slow', 'item_unavailable', 'not_given'];

export function makeJourney({ terminal, startMs, order, outcome, random, currency, training }) {
  const r = new Recorder(terminal, startMs, random, currency);
  const reason = REASONS[Math.floor(random() * REASONS.length)];
  play(r, order, outcome, reason);
  const first = r.events[0];
  const last = r.events.at(-1);
  const id = `${terminal.epoch}-${r.number}`;
  const summary = {
    key: `${terminal.id}/${id}`,
    terminal: terminal.id,
    id,
    outcome,
    evidence: outcome === null ? 'host_report' : EVIDENCE[outcome],
    stage: outcome === null ? r.stage : outcome === 'completed' ? 'completed' : 'closed',
    deepest: r.facts.deepest === 'completed' ? 'paying' : r.facts.deepest,
    revision: outcome === null ? 0 : 1,
    value_minor: r.value(),
    currency,
    decimals: 2,
    lines: r.cart.length,
    adds: r.facts.adds,
    removes: r.facts.removes,
    cycles: r.facts.cycles,
    payment_failures: r.facts.payment_failures,
    started: first.time,
    updated: last.time,
    closed: outcome === null ? null : last.time,
    training: training === true,
    at_risk: outcome === null && r.random() < 0.4,
    events: r.events.length,
  };
  const detail = {
    ...summary,
    cart: r.cart.map((line) => ({
      line_id: line.line_id ?? '',
      item_id: line.item_id,
      item_name: line.item_name,
      quantity: line.quantity,
      value_minor: lineMinor(line),
    })),
    order_mode: first.data.order_mode,
    channel: terminal.device_class,
    entry_source: 'walk_up',
    cancel_reason: outcome === 'cancelled' ? reason : null,
  };
  return { summary, detail, events: r.events };
}
