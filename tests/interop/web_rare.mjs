// What is seldom seen, with Chromium: a place for home, the set-up in two browsers, codes and passwords guessed, forms of
// other sites, a fault of the server. OUTSIDE: an address of this machine that is not near, where there is one.
import http from 'node:http';
import { trust } from './web_certificate.mjs';

const PASSWORD = 'four everyday words';

// Sends a form, without looking at the answer.
const post = (origin, path, fields) => new Promise((resolve, reject) => {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const request = http.request(origin + path, { method: 'POST', headers }, reply => reply.resume().on('end', () => resolve(reply.statusCode)));
  request.on('error', reject);
  request.end(new URLSearchParams(fields).toString());
});

export async function rare(tools) {
  const { page, origin, look, both, somebody, faults, check } = tools;
  const outside = process.env.OUTSIDE ? origin.replace('127.0.0.1', process.env.OUTSIDE) : null;
  const token = '/invite/AAAAAAAAAAAAAAAAAAAAAAAA';
  faults.add(token);
  await page.goto(origin + token);
  await both('closed');
  const far = await somebody();
  if (outside) {
    await far.goto(`${outside}/setup`);
    check((await far.locator('input:not([type=hidden])').count()) === 0, 'nothing is asked where others can listen');
    await both('securely-setup', far);
  }
  await twoBrowsers(tools);
  await home(tools);
  await trust(tools);
  if (outside) {
    await far.goto(`${outside}/sign-in`);
    await both('securely', far);
  }
  await refused(tools, token);
}

// One browser holds the set-up; who brings the code takes it over.
async function twoBrowsers({ page, origin, address, look, both, somebody, send, at, check }) {
  await page.goto(address);
  await both('code');
  await page.goto(address);
  await send();
  await at('/setup/start');
  await both('start');
  const other = await somebody();
  await other.goto(address);
  await send(other);
  await at('/setup/start', other);
  await look('start-here', other);
  await page.goto(`${origin}/setup/start`);
  await both('code-taken');
  await page.fill('#code', new URL(address).searchParams.get('code'));
  await send();
  await at('/setup/start');
  await other.context().clearCookies();
  await other.goto(`${origin}/setup/start`);
  await look('code-again', other);
  await other.goto(`${origin}/setup/start?n=begun`);
  await look('code-cookies', other);
  const guess = async () => {
    await other.fill('#code', 'ZZZZ-ZZZZ');
    await send(other);
    await other.waitForLoadState();
  };
  for (let tries = 0; tries < 5; tries += 1) await guess();
  check((await other.locator('#code-error').count()) === 1, 'the fifth wrong code has to wait');
  await look('code-wait', other);
  await guess();
  check((await other.locator('#code').count()) === 0, 'and then nothing is looked at');
  await look('too-fast', other);
}

async function home({ page, look, both, send, at, check }) {
  await send();
  await at('/setup/who');
  await both('who');
  await page.check('[value=internet]');
  await send();
  await at('/setup/name');
  if (process.env.NEAR) check((await page.locator('.note.warn').count()) === 1, 'the router is told');
  await both('name-router');
  await page.fill('#name', 'x'.repeat(40_000));
  await send();
  await page.waitForLoadState();
  check((await page.locator('#name').count()) === 0, 'more than a form holds');
  await look('too-large');
  await page.goBack();
  await page.locator('.go .back').click();
  await at('/setup/who');
  await page.check('[value=home]');
  await send();
  await at('/setup/name');
  await both('name-home');
  await page.fill('#name', 'Zuhause');
  await page.fill('#domain', 'house.home.arpa');
  await send();
  await at('/setup/owner');
  await both('owner');
  await page.fill('#name', 'mira');
  await page.fill('#password', PASSWORD);
  await page.fill('#password_again', PASSWORD);
  await send();
  await at('/setup/certificate');
  await both('certificate-setup-home');
  await send();
  await at('/setup/backups');
  await both('backups');
  await send();
  await at('/setup/look');
  await both('look-home');
  await send();
  await at('/setup/done');
  await both('done-home');
}

// Another site's form, too many passwords, and a database that has lost a table.
async function refused({ page, origin, look, both, somebody, send, signIn, check, faults, sql }, token) {
  const guest = await somebody();
  await guest.setContent(`<form method="post" action="${origin}/sign-in"><button>Win a beach</button></form>`);
  await guest.locator('button').click();
  await guest.waitForURL(`${origin}/sign-in`);
  await look('foreign', guest);
  for (let tries = 0; tries < 10; tries += 1) await post(origin, '/sign-in', { name: 'mira', password: 'a guess of many' });
  await guest.goto(`${origin}/sign-in`);
  await signIn('mira', PASSWORD, guest);
  await guest.waitForLoadState();
  check((await guest.locator('#password').count()) === 0, 'the right one waits too');
  await look('sign-in-wait', guest);
  sql('ALTER TABLE invite RENAME TO lost');
  await guest.goto(origin + token);
  check((await guest.locator('h1').count()) === 1, 'a fault has a page');
  await look('broken', guest);
  await guest.context().addCookies([{ name: 'lang', value: 'de', url: origin }]);
  await guest.goto(origin + token);
  await look('broken-german', guest);
  sql('ALTER TABLE lost RENAME TO invite');
}
