// States of the page that only a mock can bring about: nothing there yet, figures that do not
// reconcile, several currencies, an HQ that goes away, hostile names.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, openPage, overflow, picture, violations } from './browser.mjs';
import { startMock } from './mock_hq.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function withMock(options, run) {
  const mock = await startMock(options);
  try {
    await run(mock);
  } finally {
    await mock.stop();
  }
}

async function settled(mock, options) {
  const page = await openPage(browser, `${mock.url}/`, options);
  await page.waitForSelector('[data-headline="reconciles"]');
  await page.waitForFunction(() => document.querySelector('#journeys .skeleton') === null);
  return page;
}

test('an empty HQ says what to do', () =>
  withMock({ scenario: 'empty' }, async (mock) => {
    const page = await settled(mock);
    assert.match(await page.locator('#journeys').textContent(), /No journeys yet.*scripts\/demo/s);
    assert.match(await page.locator('#terminals').textContent(), /No terminals yet.*scripts\/demo/s);
    assert.deepEqual(await violations(page), []);
    await picture(page, 'empty');
    mock.record();
    await page.waitForSelector('.journeys tbody tr');
    assert.deepEqual(page.trouble, []);
  }));

test('figures that do not reconcile are loud and name the terminal', () =>
  withMock({ scenario: 'broken' }, async (mock) => {
    for (const theme of ['light', 'dark']) {
      const page = await settled(mock, { theme });
      const card = page.locator('#reconciles');
      assert.match(await card.textContent(), /difference 3/);
      assert.match(await card.textContent(), /Do not trust/);
      assert.match(await card.locator('.culprits').textContent(), /denver-12\/kiosk-2/);
      assert.match(await card.textContent(), /40 events are in quarantine/);
      await card.locator('.figures summary').click();
      assert.equal(await card.locator('.sum-off').count(), 1);
      await page.locator('.quarantine summary').click();
      assert.deepEqual(await violations(page), []);
      await picture(page, `broken_${theme}`);
      assert.deepEqual(page.trouble, []);
    }
  }));

test('currencies stand apart and are never added', () =>
  withMock({ scenario: 'two' }, async (mock) => {
    const page = await settled(mock);
    const lost = await page.locator('[data-headline="lost"]').allTextContents();
    assert.equal(lost.length, 2);
    assert.match(lost[0], /USD/);
    assert.match(lost[1], /CAD/);
    assert.match(await page.locator('#lost').textContent(), /no data of last week yet/);
    await picture(page, 'two_currencies');
  }));

test('an HQ that goes away is said so, and the page comes back with it', () =>
  withMock({}, async (mock) => {
    const page = await settled(mock);
    await page.waitForSelector('#live-state[data-live="live"]');
    await mock.stop();
    await page.waitForSelector('#live-state[data-live="down"]');
    assert.match(await page.locator('.banner').textContent(), /HQ does not answer/);
    assert.ok((await page.locator('.journeys tbody tr').count()) > 0, 'the last figures stay');
    assert.deepEqual(await violations(page), []);
    await picture(page, 'down');
    const again = await startMock({ port: Number(new URL(mock.url).port) });
    await page.waitForSelector('#live-state[data-live="live"]', { timeout: 30_000 });
    await page.waitForSelector('.banner', { state: 'detached' });
    await page.context().close();
    await again.stop();
  }));

test('without the stream the page asks every five seconds', () =>
  withMock({}, async (mock) => {
    const context = await browser.newContext();
    await context.route('**/v1/live', (route) => route.abort());
    const page = await context.newPage();
    await page.goto(`${mock.url}/`);
    await page.waitForSelector('#live-state[data-live="polling"]');
    const newest = await page.locator('.journeys tbody tr').first().getAttribute('data-key');
    mock.record();
    await page.waitForFunction((key) => document.querySelector('.journeys tbody tr').dataset.key !== key, newest);
    await context.close();
  }));

test('rows do not move under a reader', () =>
  withMock({}, async (mock) => {
    const page = await settled(mock);
    await page.waitForSelector('#live-state[data-live="live"]');
    const rows = page.locator('.journeys tbody tr');
    await rows.nth(3).locator('.journey-link').focus();
    const newest = await rows.first().getAttribute('data-key');
    mock.record();
    await page.locator('.held').waitFor();
    assert.equal(await rows.first().getAttribute('data-key'), newest);
    await page.locator('.held').click();
    await page.waitForFunction((key) => document.querySelector('.journeys tbody tr').dataset.key !== key, newest);
  }));

test('paused means that nothing changes by itself', () =>
  withMock({}, async (mock) => {
    const page = await settled(mock);
    await page.waitForSelector('#live-state[data-live="live"]');
    await page.locator('.live .icon-button').click();
    await page.waitForSelector('#live-state[data-live="paused"]');
    const newest = await page.locator('.journeys tbody tr').first().getAttribute('data-key');
    const key = mock.record();
    assert.notEqual(key, newest);
    await page.locator('.live .icon-button').click();
    await page.waitForFunction((k) => document.querySelector('.journeys tbody tr').dataset.key === k, key);
  }));

test('an answer of the wrong shape is named, not shown', () =>
  withMock({}, async (mock) => {
    mock.hq.overview = () => ({ now: 7 });
    const page = await openPage(browser, `${mock.url}/`);
    await page.waitForSelector('#failure-heading');
    assert.match(await page.locator('.failure').textContent(), /overview\.now: expected a text/);
    assert.deepEqual(await violations(page), []);
  }));

test('hostile names stay text', () =>
  withMock({}, async (mock) => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const made = mock.hq.journeys[0];
    made.summary.terminal = hostile;
    made.detail.terminal = hostile;
    for (const event of made.events) if (event.data.lines) event.data.lines[0].item_name = hostile;
    const page = await settled(mock);
    assert.ok((await page.locator('.cell-terminal').first().textContent()).includes('<img'));
    await page.locator('.journey-link').first().click();
    await page.waitForSelector('.events .event');
    assert.ok((await page.locator('.events').textContent()).includes('<script>'));
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.match(await page.title(), /Trayline/);
    assert.deepEqual(page.trouble, []);
  }));

for (const width of [320, 768, 1024, 2200]) {
  test(`nothing is cut off at ${width} px`, () =>
    withMock({ scenario: 'two' }, async (mock) => {
      const page = await settled(mock, { width, height: 900 });
      assert.ok((await overflow(page)) <= 0);
      await picture(page, `width_${width}`);
    }));
}
