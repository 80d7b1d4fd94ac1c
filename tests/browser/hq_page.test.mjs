// The page of HQ in a real browser. With HQ_URL it runs against that trayline-hq, which must hold
// journeys of today; without, against the mock. TRAYLINE_RECORD_CMD, a shell command, records one
// more journey at a terminal of that HQ.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { WAIT_MS, launch, openPage, overflow, picture, violations } from './browser.mjs';
import { startMock } from './mock_hq.mjs';

// A new journey is visible at most this long after it arrives (the design's figure for the site),
// and the recording command and the terminal's uplink need their own time before.
const VISIBLE_MS = 5000;
const RECORD_MS = 60_000;

const recordCommand = process.env.TRAYLINE_RECORD_CMD;
let browser;
let mock;
let url;

before(async () => {
  mock = process.env.HQ_URL ? undefined : await startMock();
  url = process.env.HQ_URL ?? mock.url;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await mock?.stop();
});

async function overview(options = {}, hash = '') {
  const page = await openPage(browser, `${url}/${hash}`, options);
  await page.waitForSelector('[data-headline="reconciles"]');
  await page.waitForSelector('.journeys tbody tr');
  return page;
}

async function finish(page) {
  assert.deepEqual(page.trouble, []);
  await page.context().close();
}

test('the figures reconcile: difference 0, said in words', async () => {
  const page = await overview();
  const headline = page.locator('[data-headline="reconciles"]');
  assert.equal(await headline.getAttribute('data-difference'), '0');
  assert.match((await headline.textContent()).replace(/\s+/g, ' '), /difference 0/i);
  const today = await (await fetch(`${url}/v1/overview`)).json();
  assert.equal(today.reconciles.quarantined, 0, 'events are in quarantine');
  await page.locator('.figures summary').click();
  const sums = await page.locator('.figures .sum').count();
  assert.equal(sums, 2);
  assert.equal(await page.locator('.figures .sum-off').count(), 0);
  await finish(page);
});

test('what is lost and sold stands with its currency', async () => {
  const page = await overview();
  const today = await (await fetch(`${url}/v1/overview`)).json();
  for (const [name, entries] of [['lost', today.lost_now], ['sold', today.sold_today]]) {
    const texts = await page.locator(`[data-headline="${name}"]`).allTextContents();
    assert.equal(texts.length, entries.length, name);
    entries.forEach((entry, i) => assert.ok(texts[i].includes(entry.currency), texts[i]));
  }
  await finish(page);
});

test('the funnel descends from all journeys to the completed ones', async () => {
  const page = await overview();
  const rows = await page.locator('[data-funnel]').all();
  const steps = await Promise.all(rows.map(async (row) => Number(await row.getAttribute('data-journeys'))));
  assert.equal(steps.length, 6);
  assert.ok(steps[0] > 0);
  steps.slice(1).forEach((step, i) => assert.ok(step <= steps[i], steps.join(' ')));
  await finish(page);
});

test('journeys are listed, filtered, and more are loaded', async () => {
  const page = await overview();
  const rows = page.locator('.journeys tbody tr');
  const first = await rows.count();
  assert.ok(first > 0);
  if (await page.locator('#load-more').count()) {
    await page.locator('#load-more').click();
    await page.waitForFunction((n) => document.querySelectorAll('.journeys tbody tr').length > n, first);
  }
  await page.locator('#lost-only').click();
  await page.waitForFunction(() => !document.querySelector('.journeys tbody .kind-good, .journeys tbody .kind-open'));
  assert.match(page.url(), /lost=1/);
  await finish(page);
});

test('a headline leads to the journeys behind it', async () => {
  const page = await overview();
  const link = page.locator('[data-outcome="completed"] a');
  await link.click();
  await page.waitForFunction(
    () => document.querySelectorAll('.journeys tbody tr').length > 0 && !document.querySelector('.journeys tbody .kind-lost'),
  );
  assert.match(page.url(), /outcome=completed/);
  await finish(page);
});

test('a journey opens as a timeline and leads back', async () => {
  const page = await overview({}, '#/?outcome=completed');
  await page.waitForFunction(() => !document.querySelector('.journeys tbody .kind-lost'));
  await page.locator('.journeys tbody .journey-link').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.events .event');
  assert.ok((await page.locator('.event[data-event="ecommerce.add_to_cart"]').count()) > 0);
  const added = await page.locator('.event[data-event="ecommerce.add_to_cart"] .event-text').first().textContent();
  assert.match(added, /^Added \d+ × .+ [\d.,]+\s[A-Z]{3}/);
  assert.equal(await page.locator('.chart svg[role="img"]').count(), 1);
  assert.ok((await page.locator('.mark-add').count()) > 0);
  await page.locator('.raw-button').first().click();
  assert.match(await page.locator('.event pre').first().textContent(), /"specversion": "1\.0"/);
  await picture(page, 'journey_en_light');
  await page.locator('.back').click();
  await page.waitForSelector('.journeys tbody tr');
  assert.match(page.url(), /outcome=completed/);
  await finish(page);
});

test('an address of no journey says so', async () => {
  const page = await openPage(browser, `${url}/#/journey/none/such/terminal/1-999999`);
  await page.waitForSelector('.empty-heading');
  // The browser itself notes the 404 in its console; nothing else may stand there.
  page.trouble = page.trouble.filter((line) => !line.includes('404'));
  await finish(page);
});

test('language and theme change at a click and are kept', async () => {
  const page = await overview();
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await page.locator('#language').click();
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  assert.equal(await page.locator('h1').textContent(), '今日');
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.locator('#theme').click();
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  assert.notEqual(await ground(), light);
  await page.reload();
  await page.waitForSelector('[data-headline="reconciles"]');
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  await finish(page);
});

test('the keyboard alone reaches the content, the filters and a journey', async () => {
  const page = await overview();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  const seen = new Set();
  for (let i = 0; i < 60 && !seen.has('journey-link'); ++i) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      return { what: e.className || e.id || e.tagName, outline: getComputedStyle(e.closest('tr.fresh, tbody tr') ?? e).outlineStyle };
    });
    seen.add(at.what);
  }
  assert.ok(seen.has('journey-link'), [...seen].join(' '));
  await finish(page);
});

for (const language of ['en-GB', 'zh-CN']) {
  for (const theme of ['light', 'dark']) {
    for (const [shape, width, height] of [['wide', 1440, 900], ['phone', 390, 844]]) {
      test(`axe finds nothing: ${language} ${theme} ${shape}`, async () => {
        const page = await overview({ language, theme, width, height });
        await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)));
        assert.deepEqual(await violations(page), []);
        assert.ok((await overflow(page)) <= 0, 'the page scrolls sideways');
        await picture(page, `overview_${language}_${theme}_${shape}`);
        await page.locator('.journeys tbody .journey-link').first().click();
        await page.waitForSelector('.events .event');
        await page.locator('.raw-button').first().click();
        assert.deepEqual(await violations(page), []);
        assert.ok((await overflow(page)) <= 0, 'the journey scrolls sideways');
        await picture(page, `journey_${language}_${theme}_${shape}`);
        await finish(page);
      });
    }
  }
}

const live = !process.env.HQ_URL || recordCommand ? {} : { skip: 'TRAYLINE_RECORD_CMD is not set' };
test('a journey that is recorded now appears without a reload', live, async () => {
  const page = await overview();
  await page.waitForSelector('#live-state[data-live="live"]');
  const newest = await page.locator('.journeys tbody tr').first().getAttribute('data-key');
  const started = Date.now();
  if (mock) mock.record();
  else await promisify(execFile)('/bin/sh', ['-c', recordCommand], { timeout: RECORD_MS });
  await page.waitForFunction(
    (key) => document.querySelector('.journeys tbody tr').dataset.key !== key,
    newest,
    { timeout: mock ? VISIBLE_MS : RECORD_MS },
  );
  console.log(`visible ${Date.now() - started} ms after the recording began`);
  const difference = page.locator('[data-headline="reconciles"][data-difference="0"]');
  await difference.waitFor({ timeout: WAIT_MS });
  await finish(page);
});
