// From a plain first page to a padlock, see 10-padlock.sh: web_padlock.mjs script|plain PART FOLDER-FOR-PICTURES
//
// PART: "silent", no authority answers; "shut", it cannot reach the machine; "padlock", the bare address, then domains: one
// that the authority refuses, one that leads elsewhere, one that nobody has, and the right one, where the wizard goes on.
import https from 'node:https';
import { eyes } from './web_eyes.mjs';

const { PUBLIC, CODE } = process.env;
const [how, part, folder] = process.argv.slice(2);
const DOMAIN = 'beach.example';
const LOOKS = 150;
const LOOK_MS = 400;
const ASKED_MIN_MS = 10_000;
const origin = `http://${PUBLIC}`;
const seen = await eyes({ how, origin, folder, first: { silent: 700, shut: 710, padlock: 720 }[part] - 1 });
const { somebody, check } = seen;
const page = await somebody();
const both = name => seen.both(name, page);
const look = name => seen.look(name, page);
const send = () => page.locator('.go button.main').click();
const at = async path => {
  await page.waitForURL(url => url.pathname === path).catch(() => {});
  check(new URL(page.url()).pathname === path, `${path}: ${page.url()}`);
};

// Until something is there: with JavaScript by itself, without by "look again".
const comes = async selector => {
  const wanted = page.locator(selector).first();
  if (how !== 'plain') return wanted.waitFor();
  for (let looks = 0; looks < LOOKS && !(await wanted.count()); looks += 1) {
    await page.waitForTimeout(LOOK_MS);
    await page.goto(page.url());
  }
  return check((await wanted.count()) === 1, `${selector} comes`);
};
const rows = () => page.locator('#names').innerText();
const says = async (...words) => {
  const text = await rows();
  for (const word of words) check(text.includes(word), `${word}: ${text}`);
};

// Whether the page came over TLS from whom the authority vouches for; Chromium asked nobody to look away.
const padlock = async host => {
  check((await page.evaluate(() => window.isSecureContext)) && new URL(page.url()).host === host, `a padlock for ${host}: ${page.url()}`);
  await new Promise((done, fail) => {
    https.get({ host: PUBLIC, servername: host === PUBLIC ? '' : host, path: '/setup', agent: false }, reply => reply.resume().on('end', done)).on('error', fail);
  }).catch(error => check(false, `${host}: ${error.message}`));
};

// The first page asks for nothing, and offers to be certified.
async function first() {
  await page.goto(`${origin}/`);
  await at('/setup');
  check((await page.locator('input:not([type=hidden])').count()) === 0, 'nothing is asked where others can listen');
}

async function asks() {
  await first();
  await send();
  await at('/setup/securely');
}

const tries = page.locator('form[action="/setup/securely"] button');

// "Try again"; what was told before. An authority is asked at most once in a while, however often somebody presses.
async function again() {
  await page.waitForTimeout(ASKED_MIN_MS);
  await page.goto(`${origin}/setup/securely`);
  const before = await rows();
  await tries.click();
  return before;
}

async function bare() {
  await again();
  await comes('#onward[data-state=issued]');
  await both('padlock-address-issued');
  await page.locator('#onward a.main').click();
  await at('/setup');
  await padlock(PUBLIC);
  await look('padlock-code');
}

// From wherever the wizard is to the step of the certificate for that domain, where it is asked for now.
async function certifies(domain) {
  await page.goto(`https://${PUBLIC}/setup/name`);
  await page.fill('#name', 'Beach House');
  await page.fill('#domain', domain);
  await send();
  await at('/setup/records');
  await send();
  await page.waitForURL(url => ['/setup/owner', '/setup/certificate'].includes(url.pathname));
  if (new URL(page.url()).pathname === '/setup/owner') {
    if (await page.locator('#password').count()) {
      await page.fill('#name', 'mira');
      await page.fill('#password', 'four everyday words');
      await page.fill('#password_again', 'four everyday words');
    }
    await send();
  }
  await at('/setup/certificate');
  if (domain === 'refused.example') await both('padlock-choice');
  await page.check('[value=now]');
  await send();
  await page.waitForLoadState();
  await at('/setup/certificate');
}

async function wizard() {
  await page.fill('#code', CODE);
  await send();
  await at('/setup/start');
  await send();
  await at('/setup/who');
  await page.check('[value=internet]');
  await send();
  await at('/setup/name');
  await certifies('refused.example');
  await comes('#names li.bad');
  await both('padlock-refused');
  await certifies('shut.example');
  await comes('#names li.bad');
  await says('shut.example');
  await both('padlock-shut-domain');
  await certifies('missing.example');
  await comes('#names li.bad');
  await look('padlock-missing');
  await certifies(DOMAIN);
  await comes('#moves[data-state=there]');
  await both('padlock-issued');
  await page.locator('#moves a').click();
  await at('/setup/backups');
  await padlock(DOMAIN);
  await both('padlock-moved');
  await send();
  await at('/setup/look');
  await both('padlock-look');
  await send();
  await at('/setup/done');
  await look('padlock-done');
  check(new URL(page.url()).host === DOMAIN, 'all of it at the domain');
  await page.goto(`http://${DOMAIN}/admin/certificate`);
  check(page.url() === `https://${DOMAIN}/admin/certificate`, `the plain door leads to the padlock: ${page.url()}`);
  check(new URL(page.url()).pathname === '/admin/certificate', `the owner is signed in: ${page.url()}`);
  await both('padlock-admin');
}

if (part === 'silent') {
  await first();
  await both('padlock-first');
  await asks();
  await comes('#onward[data-state=failed]');
  check((await tries.count()) === 1, 'it can be tried again');
  await both('padlock-silent');
  check((await page.locator('code').allInnerTexts()).some(text => text.split(' ').length === 8), 'the words that the screen shows, too');
}
if (part === 'shut') {
  const before = await again();
  for (let looks = 0; looks < LOOKS && ((await rows()) === before || !(await page.locator('#onward[data-state=failed]').count())); looks += 1) {
    await page.waitForTimeout(LOOK_MS);
    if (how === 'plain') await page.goto(page.url());
  }
  await both('padlock-shut');
  check((await rows()) !== before, 'another cause is told');
}
if (part === 'padlock') {
  await bare();
  await wizard();
}
await seen.ends();
