// A picture of headquarters' page for the README:
//   node tests/browser/shot.mjs http://127.0.0.1:7400 docs/hq-page.png
import { chromium } from 'playwright-core';

const [url, file] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({
  viewport: { width: 1280, height: 1120 }, locale: 'en-GB', colorScheme: 'light',
});
await page.goto(url);
await page.waitForSelector('table tbody tr');
await page.screenshot({ path: file });
await browser.close();
