// Eyes on the pages: people's browsers, and what must hold of every page they see. Nothing comes from elsewhere, the
// console is silent (so the policy holds), a first visit is under 60 kB in all, nothing is wider than the window, axe
// finds nothing. Pictures are kept of all but "plain".
import http from 'node:http';
import { chromium } from 'playwright-core';
import axe from '@axe-core/playwright';

const Axe = axe.default ?? axe;
const PAGE_MAX_BYTES = 60_000;
const PATIENCE_MS = 60_000;

// What is looked at of a page: width, scheme, and whether axe is asked. Each width and each scheme once: colours do not
// depend on the width, nor places on the scheme.
const ALL = [[360, 'light', true], [360, 'dark', false], [1280, 'light', false], [1280, 'dark', true]];
const FEW = [[360, 'light', true], [1280, 'dark', false]];
const MIRRORED = [[360, 'light', true], [1280, 'light', false]];

export const eyes = async ({ how, origin, folder, first }) => {
  let passed = 0;
  let failed = 0;
  let number = first;
  let heaviest = [0, ''];
  const check = (good, what) => {
    if (good) passed += 1;
    else { failed += 1; console.log(`FAILED: ${how}: ${what}`); }
  };

  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  const documents = new Map();
  // Addresses whose page tells of a fault of the server.
  const faults = new Set();
  // Somebody's browser, with nobody signed in.
  const somebody = async userAgent => {
    const context = await browser.newContext({
      javaScriptEnabled: how !== 'plain',
      locale: how === 'mirrored' ? 'ar-XB' : 'en-GB',
      extraHTTPHeaders: how === 'mirrored' ? { 'Accept-Language': 'ar-XB' } : {},
      reducedMotion: 'reduce',
      userAgent,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    page.on('console', message => check(message.type() !== 'error' || /status of [45]\d\d/.test(message.text()), `console: ${message.text()}`));
    page.on('pageerror', error => check(false, `script: ${error}`));
    page.on('request', request => check(new URL(request.url()).port === new URL(origin).port, `elsewhere: ${request.url()}`));
    page.on('response', response => {
      const path = new URL(response.url()).pathname;
      check(response.status() < 500 || faults.has(path), `${path}: ${response.status()}`);
      if (response.request().isNavigationRequest()) documents.set(page, response);
    });
    return page;
  };

  // What a file takes on the wire, its head included, for who comes for the first time.
  const weights = new Map();
  const weigh = path => {
    const fetched = () => new Promise((resolve, reject) => {
      http.get(origin + path, { agent: false }, reply => reply.resume().on('end', () => resolve(reply.socket.bytesRead))).on('error', reject);
    });
    if (!weights.has(path)) weights.set(path, fetched());
    return weights.get(path);
  };
  const underSixty = async (name, page) => {
    const { responseHeadersSize, responseBodySize } = await documents.get(page).request().sizes();
    const files = new Set((await page.content()).match(/\/assets\/[\w.-]+/g));
    const parts = await Promise.all([...files].map(weigh));
    const bytes = parts.reduce((sum, part) => sum + part, responseHeadersSize + responseBodySize);
    check(files.size >= 4, `${name}: style, drawings, script and icon are counted`);
    check(bytes < PAGE_MAX_BYTES, `${name}: ${bytes} bytes`);
    if (bytes > heaviest[0]) heaviest = [bytes, name];
  };

  const fits = async (where, page) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    check(wide <= 0, `${where}: ${wide} px too wide`);
  };
  const look = async (name, page, views = how === 'mirrored' ? MIRRORED : ALL) => {
    number += 1;
    const folds = page.locator('details:not([open]) > summary');
    while (await folds.count()) await folds.first().click();
    await underSixty(name, page);
    await page.setViewportSize({ width: 320, height: 800 });
    await fits(`${name}, 320 px`, page);
    // Without JavaScript axe cannot run either; what it would find does not depend on the script.
    if (how === 'plain') return;
    for (const [width, scheme, asked] of views) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      const where = `${name}, ${width} px, ${scheme}`;
      await fits(where, page);
      if (asked) {
        // Legacy: without a tab of its own for frames; there are none.
        const found = await new Axe({ page }).setLegacyMode().analyze();
        for (const one of found.violations) console.log(`${where}: ${one.id}: ${one.nodes.map(node => node.html).join(' ')}`);
        check(found.violations.length === 0, `${where}: axe`);
      }
      const start = how === 'mirrored' ? 'rtl-' : '';
      await page.screenshot({ path: `${folder}/${start}${String(number).padStart(3, '0')}-${name}-${width}-${scheme}.png`, fullPage: true });
    }
  };
  // The same in German, of pages that a GET shows again; then it is English again.
  const german = async (name, page) => {
    if (how !== 'script') return;
    const speak = async lang => {
      await Promise.all([page.waitForResponse(reply => reply.request().isNavigationRequest() && reply.request().method() === 'GET'), page.click(`button[value=${lang}]`)]);
      await page.waitForLoadState();
    };
    await speak('de');
    check((await page.getAttribute('html', 'lang')) === 'de', `${name}: German`);
    await look(`${name}-german`, page, FEW);
    await speak('en');
  };
  const both = async (name, page) => {
    await look(name, page);
    await german(name, page);
  };

  const ends = async () => {
    await browser.close();
    console.log(`the heaviest page: ${heaviest[1]}, ${heaviest[0]} bytes; ${number - first} pages looked at`);
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
  };
  return { somebody, look, german, both, check, faults, ends };
};
