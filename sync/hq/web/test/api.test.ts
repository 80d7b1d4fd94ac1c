import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ALL_JOURNEYS, ApiError, api, journeyPath, journeysPath } from '../src/api.ts';
import { changed } from '../src/contract.ts';
import { ShapeError } from '../src/decode.ts';

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

function answer(status: number, body: string) {
  globalThis.fetch = () => Promise.resolve(new Response(body, { status }));
}

async function failureOf(call: Promise<unknown>) {
  const error = await call.then(
    () => assert.fail('should have failed'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ApiError);
  return error.failure;
}

test('a good answer is decoded, fields of a newer HQ are left out', async () => {
  const body = { status: 'ok', version: '1', database: 'x', generation: 2, uptime_s: 3, new: 1 };
  answer(200, JSON.stringify(body));
  assert.deepEqual(await api.health(), { status: 'ok', version: '1', database: 'x', generation: 2, uptime_s: 3 });
});

test('a field of the wrong kind is named', async () => {
  answer(200, JSON.stringify({ journeys: [{ key: 7 }], next: null }));
  const failure = await failureOf(api.journeys(ALL_JOURNEYS, 25, null));
  assert.equal(failure.kind, 'shape');
  assert.match('detail' in failure ? failure.detail : '', /journeys\[0\]\.key: expected a text/);
});

test('what is not JSON is a shape failure', async () => {
  answer(200, '<html>');
  assert.equal((await failureOf(api.overview())).kind, 'shape');
});

test('a problem document gives its detail', async () => {
  answer(503, JSON.stringify({ title: 'retry later', code: 'retry_later', detail: 'the database is busy' }));
  assert.deepEqual(await failureOf(api.overview()), {
    kind: 'refused',
    status: 503,
    detail: 'the database is busy',
  });
});

test('no connection is unreachable', async () => {
  globalThis.fetch = () => Promise.reject(new TypeError('fetch failed'));
  assert.deepEqual(await failureOf(api.overview()), { kind: 'unreachable' });
});

test('paths carry the filters and escape what they carry', () => {
  assert.equal(journeysPath(ALL_JOURNEYS, 9999, null), '/v1/journeys?limit=500');
  const query = { lost: true, outcome: '', terminal: 't/s/k', stage: 'paying' };
  assert.equal(journeysPath(query, 25, 'c1'), '/v1/journeys?limit=25&lost=1&terminal=t%2Fs%2Fk&stage=paying&before=c1');
  assert.equal(journeyPath('t/s/k 1/7-1'), '/v1/journeys/t/s/k%201/7-1');
});

test('a live message without its lists is refused', () => {
  assert.throws(() => changed({ received: 1 }, 'live'), ShapeError);
});
