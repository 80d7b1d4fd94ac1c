// A stand-in for trayline-hq that serves its JSON contract and the page, for work on the page and
// for its tests where no HQ runs. Its figures are made up from its own journeys, so they add up.
//
//   node mock_hq.mjs [--port 7400] [--web DIR] [--scenario full|empty|broken|two] [--every SECONDS]
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { LOST_AT, makeJourney, reached } from './mock_journey.mjs';
import { readOrders } from './mock_orders.mjs';

const WEB = process.env.HQ_WEB_DIR ?? fileURLToPath(new URL('../../sync/hq/web/dist', import.meta.url));
const CSP =
  "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
// A Sunday at 13:20 in a store at UTC-6, so that a day of journeys has happened.
const START_MS = Date.parse('2026-11-22T19:20:00.000Z');
const OFFSET_MINUTES = -360;
const DAY_START_MS = Date.parse('2026-11-22T10:00:00.000Z');
const OPENING_MS = Date.parse('2026-11-22T15:30:00.000Z');
const JOURNEYS = 240;
const LIMIT_MAX = 500;

const OUTCOMES = [
  ['completed', 0.67],
  ['abandoned_cart', 0.12],
  ['abandoned_browse', 0.08],
  ['abandoned_checkout', 0.04],
  ['cancelled', 0.04],
  ['abandoned_payment', 0.02],
  ['abandoned_unpaid', 0.01],
  ['accidental', 0.02],
];
const TERMINALS = [
  ['chipotle/denver-12/kiosk-1', 'kiosk'],
  ['chipotle/denver-12/kiosk-2', 'kiosk'],
  ['chipotle/denver-12/kiosk-3', 'kiosk'],
  ['chipotle/denver-12/counter-1', 'counter_pos'],
  ['chipotle/aurora-3/kiosk-1', 'kiosk'],
  ['chipotle/aurora-3/tablet-1', 'table_tablet'],
];

// mulberry32: small, seeded, good enough for a mock.
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function pick(random) {
  let left = random();
  for (const [outcome, share] of OUTCOMES) {
    left -= share;
    if (left < 0) return outcome;
  }
  return 'completed';
}

const isLost = (outcome) =>
  outcome === 'cancelled' || (outcome !== null && outcome.startsWith('abandoned_'));
const lostAt = (j) => LOST_AT[j.outcome] ?? j.deepest;

class Hq {
  constructor(scenario) {
    this.scenario = scenario;
    this.random = seeded(20261122);
    this.orders = readOrders();
    this.journeys = [];
    this.streams = new Set();
    this.bornMs = Date.now();
    this.terminals = TERMINALS.map(([id, deviceClass], i) => ({
      id,
      device_class: deviceClass,
      epoch: 1763800000 + i * 977,
      sequence: 0,
      boot: 3,
      bootMs: DAY_START_MS - 3_600_000,
      journeys: 0,
    }));
    if (scenario !== 'empty') this.fillDay();
  }

  nowMs() {
    return START_MS + (Date.now() - this.bornMs);
  }

  make(startMs, outcome, terminal) {
    const order = this.orders[Math.floor(this.random() * this.orders.length)];
    const foreign = this.scenario === 'two' && terminal.id.includes('aurora');
    const made = makeJourney({
      terminal,
      startMs,
      order,
      outcome,
      random: this.random,
      currency: foreign ? 'CAD' : 'USD',
      training: this.random() < 0.008,
    });
    this.journeys.unshift(made);
    return made;
  }

  fillDay() {
    const span = START_MS - 120_000 - OPENING_MS;
    // Lunch is busier than the morning: the square root crowds journeys towards now.
    const starts = Array.from({ length: JOURNEYS }, () => OPENING_MS + Math.sqrt(this.random()) * span);
    for (const startMs of starts.sort((a, b) => a - b)) {
      this.make(Math.round(startMs), pick(this.random), this.anyTerminal());
    }
    for (let i = 0; i < 4; ++i) {
      this.make(START_MS - 100_000 + i * 21_000, null, this.terminals[i]);
    }
    const revised = this.journeys.find((made) => made.summary.outcome === 'completed');
    revised.summary.revision = revised.detail.revision = 2;
  }

  anyTerminal() {
    return this.terminals[Math.floor(this.random() * this.terminals.length)];
  }

  // A guest's whole journey arrives at once, as after an offline spell.
  recordOne() {
    const made = this.make(this.nowMs() - 90_000, pick(this.random), this.anyTerminal());
    const shift = this.nowMs() - Date.parse(made.summary.updated);
    for (const journey of [made.summary, made.detail]) {
      for (const name of ['started', 'updated', 'closed']) {
        if (journey[name] !== null) journey[name] = new Date(Date.parse(journey[name]) + shift).toISOString();
      }
    }
    const change = { journeys: [made.summary.key], terminals: [made.summary.terminal], received: made.events.length };
    for (const stream of this.streams) stream.write(`event: changed\ndata: ${JSON.stringify(change)}\n\n`);
    return made.summary.key;
  }

  today() {
    return this.journeys.map((made) => made.summary).filter((j) => !j.training);
  }

  byCurrency(journeys) {
    const groups = new Map();
    for (const j of journeys) groups.set(j.currency, [...(groups.get(j.currency) ?? []), j]);
    return [...groups].sort(([a], [b]) => (a < b ? 1 : -1));
  }

  events() {
    return this.journeys.reduce((sum, made) => sum + made.events.length, 0);
  }

  overview() {
    const today = this.today();
    const sum = (list) => list.reduce((all, j) => all + j.value_minor, 0);
    const lost = this.byCurrency(today.filter((j) => isLost(j.outcome)));
    const sold = this.byCurrency(today.filter((j) => j.outcome === 'completed'));
    const stages = [...Object.values(LOST_AT)];
    const outcomes = ['open', ...OUTCOMES.map(([name]) => name)];
    const steps = ['started', 'browsing', 'carting', 'reviewing', 'paying', 'completed'];
    return {
      now: new Date(this.nowMs()).toISOString(),
      business_day: '2026-11-22',
      day_start: new Date(DAY_START_MS).toISOString(),
      offset_minutes: OFFSET_MINUTES,
      lost_now: lost.map(([currency, list]) => ({
        currency,
        decimals: 2,
        value_minor: sum(list),
        journeys: list.length,
        last_week_value_minor: currency === 'USD' ? 101_840 : null,
        last_week_journeys: currency === 'USD' ? 57 : null,
        by_stage: stages.map((stage) => {
          const at = list.filter((j) => lostAt(j) === stage);
          return { stage, value_minor: sum(at), journeys: at.length };
        }),
      })),
      sold_today: sold.map(([currency, list]) => ({
        currency,
        decimals: 2,
        value_minor: sum(list),
        journeys: list.length,
      })),
      reconciles: this.reconciles(),
      outcomes: outcomes.map((outcome) => {
        const list = today.filter((j) => (j.outcome ?? 'open') === outcome);
        const value = this.byCurrency(list).map(([currency, part]) => ({ currency, value_minor: sum(part) }));
        return { outcome, journeys: list.length, value };
      }),
      funnel: steps.map((stage, place) => ({
        stage,
        journeys: today.filter((j) => reached(j) >= place).length,
      })),
      training_journeys: this.journeys.length - today.length,
      journeys_today: today.length,
    };
  }

  reconciles() {
    const broken = this.scenario === 'broken';
    const inJourneys = this.events();
    const outside = this.scenario === 'empty' ? 0 : 31;
    const received = inJourneys + outside;
    return {
      difference: broken ? 3 : 0,
      terminals: broken ? ['chipotle/denver-12/kiosk-2'] : [],
      received,
      void: this.scenario === 'empty' ? 0 : 12,
      quarantined: broken ? 40 : 0,
      watermarks: received + (this.scenario === 'empty' ? 0 : 12) + (broken ? 43 : 0),
      in_journeys: inJourneys,
      outside_journeys: outside,
      waiting_to_be_read: 0,
    };
  }

  list(params) {
    const limit = Math.min(Number(params.get('limit') ?? 50), LIMIT_MAX);
    const before = Number(params.get('before') ?? 0);
    const fits = (j) =>
      (!params.has('outcome') || (j.outcome ?? 'open') === params.get('outcome')) &&
      (params.get('lost') !== '1' || isLost(j.outcome)) &&
      (!params.has('terminal') || j.terminal === params.get('terminal')) &&
      (!params.has('stage') || lostAt(j) === params.get('stage'));
    const all = this.journeys.map((made) => made.summary).filter(fits);
    const page = all.slice(before, before + limit);
    return { journeys: page, next: before + limit < all.length ? String(before + limit) : null };
  }

  terminalList() {
    if (this.scenario === 'empty') return { terminals: [] };
    const broken = this.scenario === 'broken';
    return {
      terminals: this.terminals.map((terminal, i) => {
        const away = i === 5;
        const quarantine = broken && i === 1;
        const seen = this.nowMs() - (away ? 2_520_000 : 1400 + i * 700);
        return {
          terminal: terminal.id,
          online: !away,
          epoch: terminal.epoch,
          watermark: terminal.sequence + (i === 0 ? 12 : 0),
          last_seen: new Date(seen).toISOString(),
          last_event: new Date(seen - 4000).toISOString(),
          waiting: i === 2 ? 184 : 0,
          received: terminal.sequence,
          void: i === 0 ? 12 : 0,
          quarantined: quarantine ? 40 : 0,
          gaps: i === 2 ? 3 : 0,
          duplicates: [0, 4, 27, 0, 1, 0][i],
          bad_frames: quarantine ? 1 : 0,
          clock: i === 4 ? 'holdover' : 'synced',
          clock_speed: i === 3 ? 60 : 1,
          storage: i === 2 ? 'full' : 'ok',
          identity_conflicts: i === 1 ? 3 : 0,
          agent_version: '0.1.0',
          device_class: terminal.device_class,
          open_journeys: i < 4 ? 1 : 0,
          state: quarantine ? 'quarantine' : away ? 'away' : i === 2 ? 'behind' : 'ok',
        };
      }),
    };
  }

  quarantine() {
    if (this.scenario !== 'broken') return { frames: [] };
    const terminal = this.terminals[1];
    const arrived = new Date(START_MS - 1_800_000).toISOString();
    const frame = { terminal: terminal.id, epoch: terminal.epoch, first: 301, count: 40, reason: 'digest differs from the one announced', arrived, bytes: 1180 };
    return { frames: [frame] };
  }
}

function problem(response, status, code, detail) {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  const type = `https://trayline.dev/problems/${code}`;
  response.end(JSON.stringify({ type, title: code, status, code, detail }));
}

async function serveFile(web, path, response) {
  const name = normalize(path === '/' ? '/index.html' : path);
  try {
    const body = await readFile(join(web, name));
    response.writeHead(200, {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  } catch {
    problem(response, 404, 'not_found', path);
  }
}

function stream(hq, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': hello\n\n');
  hq.streams.add(response);
  response.on('close', () => hq.streams.delete(response));
}

function answer(hq, url) {
  const { pathname, searchParams } = url;
  if (pathname === '/v1/health') {
    return { status: 'ok', version: '0.1.0-mock', database: '/var/lib/trayline-hq/hq.db', generation: 1, uptime_s: 5400 };
  }
  if (pathname === '/v1/overview') return hq.overview();
  if (pathname === '/v1/terminals') return hq.terminalList();
  if (pathname === '/v1/quarantine') return hq.quarantine();
  if (pathname === '/v1/journeys') return hq.list(searchParams);
  if (pathname.startsWith('/v1/journeys/')) {
    const key = decodeURIComponent(pathname.slice('/v1/journeys/'.length));
    const made = hq.journeys.find((candidate) => candidate.summary.key === key);
    return made && { journey: made.detail, events: made.events };
  }
  return undefined;
}

// Starts the mock on a free port (or port). Resolves to { url, hq, record, stop }.
export async function startMock({ port = 0, web = WEB, scenario = 'full' } = {}) {
  const hq = new Hq(scenario);
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    if (url.pathname === '/v1/live') return stream(hq, response);
    if (!url.pathname.startsWith('/v1/')) return serveFile(web, url.pathname, response);
    const body = answer(hq, url);
    if (body === undefined) return problem(response, 404, 'not_found', url.pathname);
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    return response.end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () => {
    for (const open of hq.streams) open.end();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, hq, record: () => hq.recordOne(), stop };
}

function option(name, fallback) {
  const place = process.argv.indexOf(`--${name}`);
  return place === -1 ? fallback : process.argv[place + 1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock({
    port: Number(option('port', '7400')),
    web: option('web', WEB),
    scenario: option('scenario', 'full'),
  });
  const every = Number(option('every', '0'));
  if (every > 0) setInterval(() => mock.record(), every * 1000);
  console.log(`mock HQ at ${mock.url}`);
}
