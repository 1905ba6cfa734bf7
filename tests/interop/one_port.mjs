// Everybody at once on port 443 of beach.test, see 10-one-port.sh. Each party goes on until nmap is done and the
// certificate was renewed at least once, and tells how often it had its way. Passwords are "secret words".
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { client, xml } from '@xmpp/client';
import WebSocket from 'ws';
import { PATIENCE_MS, STROPHE_PAGE, browse, site, strophe, ways } from './web_browser.mjs';

globalThis.WebSocket = WebSocket; // what @xmpp/client takes from a browser
const DOMAIN = 'beach.test';
const PASSWORD = 'secret words';
const ORIGIN = `https://${DOMAIN}`;
const MOST_MS = 120_000;
const BREATH_MS = 50;
const run = promisify(execFile);

let over = false;
const told = [];
const wrong = [];
const failed = (who, error) => wrong.push(`${who}: ${error?.message ?? error}`);
// Does it again and again; the number of times.
const party = async (who, once) => {
  let rounds = 0;
  try {
    for (; !over; rounds += 1) {
      await once(rounds);
      await pause(BREATH_MS);
    }
  } catch (error) {
    failed(who, error);
  }
  told.push(`${who}: ${rounds}`);
  if (rounds < 3) failed(who, `only ${rounds} rounds`);
};

// Pages, as a browser asks for them: many things at once over HTTP/2.
async function pages(browser) {
  const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  page.on('pageerror', error => failed('a page', error));
  page.on('response', answer => answer.status() >= 400 && failed('a page', `${answer.url()}: ${answer.status()}`));
  await party('Chromium: pages', async () => {
    await page.goto(`${ORIGIN}/sign-in`, { timeout: PATIENCE_MS });
    assert.equal(await page.locator('#password').count(), 1);
    assert.equal(await page.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol), 'h2');
  });
}

async function appOverTls() {
  const app = spawn(process.env.PYTHON, [new URL('one_port.py', import.meta.url).pathname], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  app.stdout.on('data', bytes => { said += bytes; });
  const ended = new Promise(done => { app.once('exit', done); });
  while (!over) await pause(BREATH_MS);
  app.stdin.end();
  const status = await ended;
  const lines = said.trim().split('\n');
  told.push(`slixmpp, log-ins: ${lines.at(-1)}`);
  if (status !== 0 || lines[0] !== 'here' || lines.length !== 2 || Number(lines[1]) < 3) failed('slixmpp', `${status}: ${lines}`);
}

// A ring: benvolio (@xmpp/client) says a number to juliet (strophe.js, WebSocket), she to romeo (strophe.js, BOSH), he to
// benvolio.
async function ring(browser) {
  const origin = await site({ '/strophe.html': STROPHE_PAGE });
  const person = async (name, kind) => {
    const page = await (await browser.newContext()).newPage();
    page.on('pageerror', error => failed(name, error));
    await page.goto(`${origin}/strophe.html`);
    return strophe(page, (await ways(page, ORIGIN))[kind], `${name}@${DOMAIN}`, PASSWORD);
  };
  const [juliet, romeo] = await Promise.all([person('juliet', 'websocket'), person('romeo', 'bosh')]);
  const benvolio = client({ service: `wss://${DOMAIN}/xmpp-websocket`, domain: DOMAIN, username: 'benvolio', password: PASSWORD });
  const came = [];
  let wake = () => {};
  benvolio.on('error', error => failed('@xmpp/client', error));
  benvolio.on('stanza', stanza => {
    const body = stanza.is('message') && stanza.getChildText('body');
    if (body) { came.push(body); wake(); }
  });
  await benvolio.start();
  await benvolio.send(xml('presence'));
  let slowest = 0;
  let said = 0;
  await party('a ring of WebSocket, WebSocket and BOSH', async number => {
    const begun = performance.now();
    const text = `number ${number}`;
    said = number + 1;
    await benvolio.send(xml('message', { to: `juliet@${DOMAIN}`, type: 'chat' }, xml('body', {}, text)));
    await juliet.hears(text);
    await juliet.says(`romeo@${DOMAIN}`, text);
    await romeo.hears(text);
    const back = new Promise(done => { wake = () => came.includes(text) && done(); });
    await romeo.says(`benvolio@${DOMAIN}`, text);
    await Promise.race([back, pause(PATIENCE_MS).then(() => { throw new Error(`${text} did not come back`); })]);
    slowest = Math.max(slowest, performance.now() - begun);
  });
  const all = Array.from({ length: said }, (_, number) => `number ${number}`);
  for (const [who, what] of [['juliet', await juliet.came()], ['romeo', await romeo.came()], ['benvolio', came]]) {
    if (what.join() !== all.join()) failed(who, `heard ${what}`);
  }
  told.push(`  the slowest round: ${Math.round(slowest)} ms`);
}

// RFC 8737 at the same door: where no challenge is under way the handshake fails, and where one is it ends at once.
const handshakes = () => party('openssl, acme-tls/1', async () => {
  const asked = run('openssl', ['s_client', '-connect', '127.0.0.1:443', '-servername', DOMAIN, '-alpn', 'acme-tls/1'], { timeout: PATIENCE_MS });
  asked.child.stdin.end();
  const { stdout } = await asked.catch(error => error);
  assert(!/HTTP|<stream/.test(stdout), stdout);
});

const strays = () => party('HTTP without TLS', async () => {
  const status = await new Promise((done, fail) => {
    http.get({ host: DOMAIN, port: 443, agent: false, path: '/' }, answer => answer.resume().on('end', () => done(answer.statusCode))).on('error', fail);
  });
  assert.equal(status, 400);
  await new Promise((done, fail) => net.connect(443, DOMAIN, function () { this.end('\x16\x03\x01\xff'); }).resume().on('close', done).on('error', fail));
});

const renewals = () => readFileSync(process.env.SERVER_LOG, 'utf8').split('a certificate was issued').length - 1;

async function nmap() {
  const begun = Date.now();
  const before = renewals();
  try {
    const { stdout } = await run('nmap', ['-sV', '-Pn', '-n', '-p', '443', '127.0.0.1'], { timeout: MOST_MS });
    const line = stdout.split('\n').find(line => line.startsWith('443/tcp'));
    told.push(`nmap, ${Math.round((Date.now() - begun) / 1000)} s: ${line}`);
    assert.match(line, /^443\/tcp +open +ssl/);
    while (renewals() === before && Date.now() - begun < MOST_MS) await pause(200);
    assert.notEqual(renewals(), before, 'the certificate is renewed by tls-alpn-01');
    told.push(`tls-alpn-01, certificates: ${renewals()}`);
  } catch (error) {
    failed('nmap', error);
  }
  over = true;
}

const browser = await browse();
await Promise.all([pages(browser), appOverTls(), ring(browser).catch(error => failed('the ring', error)), handshakes(), strays(), nmap()]);
await browser.close();
console.log(told.join('\n'));
for (const what of wrong) console.log(`FAILED: ${what}`);
console.log(`${told.length} passed, ${wrong.length} failed`);
process.exit(wrong.length ? 1 : 0);
