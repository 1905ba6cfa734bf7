// Through the pages with Chromium: web_talk.mjs script|plain|mirrored ADDRESS FOLDER-FOR-PICTURES DATA-FOLDER [restore]
//
// Each page, mistakes included, is looked at in both schemes and two widths: axe finds nothing, nothing is wider than
// the window (nor at 320 px), nothing comes from elsewhere, the console is silent. Pictures are kept of all but "plain".
import { chromium } from 'playwright-core';
import axe from '@axe-core/playwright';
import { admin } from './web_admin.mjs';
import { friend } from './web_friend.mjs';
import { portal } from './web_portal.mjs';
import { restore } from './web_restore.mjs';

const [how, address, folder, data, restoring] = process.argv.slice(2);
const Axe = axe.default ?? axe;
const origin = new URL(address).origin;
let passed = 0;
let failed = 0;
const check = (good, what) => {
  if (good) passed += 1;
  else { failed += 1; console.log(`FAILED: ${how}: ${what}`); }
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
// Somebody's browser, with nobody signed in.
const somebody = async userAgent => {
  const context = await browser.newContext({
    javaScriptEnabled: how !== 'plain',
    locale: how === 'mirrored' ? 'ar-XB' : 'en-GB',
    extraHTTPHeaders: how === 'mirrored' ? { 'Accept-Language': 'ar-XB' } : {},
    reducedMotion: 'reduce',
    userAgent,
  });
  const page = await context.newPage();
  page.on('console', message => check(message.type() !== 'error' || /status of 4\d\d/.test(message.text()), `console: ${message.text()}`));
  page.on('request', request => check(new URL(request.url()).origin === origin, `elsewhere: ${request.url()}`));
  return page;
};
const page = await somebody();
const context = page.context();

let number = 0;
const look = async (name, of = page) => {
  const page = of;
  number += 1;
  const folds = page.locator('details:not([open]) > summary');
  while (await folds.count()) await folds.first().click();
  await page.setViewportSize({ width: 320, height: 800 });
  // Without JavaScript axe cannot run either; what it would find does not depend on the script.
  if (how === 'plain') return;
  const narrow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  check(narrow <= 0, `${name}, 320 px: ${narrow} px too wide`);
  for (const width of [360, 1280]) {
    for (const scheme of how === 'mirrored' ? ['light'] : ['light', 'dark']) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      const where = `${name}, ${width} px, ${scheme}`;
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      check(wide <= 0, `${where}: ${wide} px too wide`);
      const found = await new Axe({ page }).analyze();
      for (const one of found.violations) console.log(`${where}: ${one.id}: ${one.nodes.map(node => node.html).join(' ')}`);
      check(found.violations.length === 0, `${where}: axe`);
      const start = how === 'mirrored' ? 'rtl-' : '';
      await page.screenshot({ path: `${folder}/${start}${String(number).padStart(2, '0')}-${name}-${width}-${scheme}.png`, fullPage: true });
    }
  }
};
const send = () => page.locator('.go button.main').click();
const at = async path => {
  await page.waitForURL(url => url.pathname === path);
  check(true, path);
};

const tools = { page, origin, how, data, look, check, at, send };
const ends = async () => {
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
};

// The second walk at the same place: its owner brings another one back.
if (restoring) {
  number = 200;
  await page.goto(`${origin}/sign-in?to=/admin/restore`);
  await page.fill('#name', 'mira');
  await page.fill('#password', 'four everyday words more');
  await send();
  await restore(tools, 'owner');
  await ends();
}

await page.goto(`${origin}/nothing`);
await look('missing');
await page.goto(`${origin}/setup`);
await page.fill('#code', 'abc');
await send();
await look('code-wrong');
await page.goto(address);
await look('code');
await send();
await at('/setup/start');
await look('start');
await page.check('[value=restore]');
await send();
await at('/setup/restore');
await restore(tools, 'setup');
await page.check('[value=new]');
await send();
await at('/setup/who');
await look('who');
await page.check('[value=web-elsewhere]');
await send();
await at('/setup/name');
await page.fill('#domain', 'beach');
await send();
await look('name-wrong');
await page.fill('#name', 'Beach House');
await page.fill('#domain', 'https://www.beach.example/');
await page.fill('#host', '');
if (how !== 'plain') check((await page.locator('#domain-said code').innerText()) === 'mira@beach.example', 'the preview');
await look('name');
await send();
await at('/setup/owner');
await look('owner-said');
await page.fill('#name', 'mira k');
await page.fill('#password', 'four everyday words');
await page.fill('#password_again', 'four everyday word');
await send();
await look('owner-wrong');
check((await page.locator('#errors:focus').count()) === 1, 'the list of errors has the focus');
await page.fill('#name', 'mira');
await page.fill('#password', 'four everyday words');
await page.fill('#password_again', 'four everyday words');
if (how !== 'plain') {
  await page.click('[data-show=password]');
  check((await page.getAttribute('#password', 'type')) === 'text', 'the password is shown');
}
await send();
await at('/setup/backups');
await look('backups');
await page.fill('#days', '0');
await page.fill('#weeks', '0');
await page.fill('#months', '0');
await page.fill('#passphrase', 'too short');
await send();
await look('backups-wrong');
await page.fill('#days', '7');
await page.fill('#passphrase', 'correct horse battery');
await page.fill('#passphrase_again', 'correct horse battery');
await page.check('#written');
await send();
await at('/setup/look');
await page.goto(`${origin}/setup/owner`);
await look('owner-kept');
await page.goto(`${origin}/setup/look`);
if (how !== 'mirrored') {
  await page.click('button[value=de]');
  await at('/setup/look');
  check((await page.locator('h1').innerText()) === 'Sieh alles durch, dann öffne', 'German');
  await look('look-german');
  await page.click('button[value=en]');
  await at('/setup/look');
}
await look('look');
await send();
await at('/setup/done');
await look('done');
const invitation = new URL(await page.locator('#invitation').innerText());
await page.goto(`${origin}/`);
await look('front');
await context.clearCookies();
await page.goto(`${origin}/setup/done`);
await look('finished');
await friend({ how, origin, data, check, look, somebody, owner: page, invitation: invitation.pathname });
await context.clearCookies();
await admin(tools);
await context.clearCookies();
await portal(tools);
await ends();
