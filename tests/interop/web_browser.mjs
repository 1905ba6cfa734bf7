// Other people's web clients in Chromium: a site of another origin that serves them, as their makers ship them, and a
// person at strophe.js on one of its pages.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

export const PATIENCE_MS = 20_000;
const SHIPPED = { '/strophe/': 'strophe.js/dist/', '/converse/': 'converse.js/dist/' };
const KINDS = { '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.cjs': 'text/javascript' };

// Serves `pages` (path: HTML) and what SHIPPED names; its origin.
export async function site(pages) {
  const server = http.createServer(async (request, reply) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://here').pathname));
    const start = Object.keys(SHIPPED).find(start => path.startsWith(start));
    if (pages[path] || !start) return reply.writeHead(pages[path] ? 200 : 404, { 'Content-Type': 'text/html' }).end(pages[path]);
    const file = new URL(join('node_modules', SHIPPED[start], path.slice(start.length)), import.meta.url);
    const bytes = await readFile(file).catch(() => null);
    reply.writeHead(bytes ? 200 : 404, { 'Content-Type': KINDS[extname(path)] ?? 'application/octet-stream' }).end(bytes);
  });
  await new Promise(done => { server.listen(0, '127.0.0.1', done); });
  server.unref();
  return `http://127.0.0.1:${server.address().port}`;
}

export const browse = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

// romeo at profanity, until he is ended.
export async function profanity(address, password) {
  const person = spawn(process.env.PYTHON, [new URL('profanity.py', import.meta.url).pathname, address, password], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: person.stdout })[Symbol.asyncIterator]();
  const answer = async what => assert.equal((await lines.next()).value, 'ok', what);
  const obeys = (verb, text) => { person.stdin.write(`${verb} ${text}\n`); return answer(text); };
  await answer('profanity logs in');
  return {
    types: text => obeys('types', text),
    shows: text => obeys('shows', text),
    ends: () => new Promise(done => { person.once('exit', done); person.stdin.end(); }),
  };
}

export const STROPHE_PAGE = '<!doctype html><title>strophe.js</title><link rel="icon" href="data:,"><script src="/strophe/strophe.umd.min.js"></script>';

// Somebody at strophe.js on that page, which has been opened. `again`: goes on with the session that the page had before
// it was loaded anew (XEP-0206, "restore").
export async function strophe(page, service, address, password, again = false) {
  await page.evaluate(async ([service, address, password, again]) => {
    const { Strophe, $iq, $msg, $pres } = window;
    const connection = new Strophe.Connection(service, { keepalive: !service.startsWith('ws') });
    const came = [];
    const { AUTHFAIL, CONNFAIL, CONNECTED, ATTACHED, ERROR } = Strophe.Status;
    await new Promise((done, fail) => {
      const told = (now, why) => {
        if ([CONNECTED, ATTACHED].includes(now)) done();
        else if ([AUTHFAIL, CONNFAIL, ERROR].includes(now)) fail(new Error(`${service}: ${now} ${why}`));
      };
      if (again) connection.restore(address, told);
      else connection.connect(address, password, told);
    });
    const bodies = keep => stanza => {
      const body = stanza.getElementsByTagName('body')[0];
      if (body) keep.push(body.textContent);
      return true;
    };
    connection.addHandler(bodies(came), null, 'message');
    if (!again) connection.send($pres());
    window.person = {
      came,
      mechanism: connection._sasl_mechanism?.mechname,
      says: (to, text) => connection.send($msg({ to, type: 'chat' }).c('body').t(text)),
      history: () => new Promise((done, fail) => {
        const found = [];
        const handler = connection.addHandler(bodies(found), 'urn:xmpp:mam:2', 'message');
        connection.sendIQ($iq({ type: 'set' }).c('query', { xmlns: 'urn:xmpp:mam:2' }), () => { connection.deleteHandler(handler); done(found); }, fail);
      }),
      pings: () => new Promise((done, fail) => {
        connection.sendIQ($iq({ type: 'get', to: connection.domain }).c('ping', { xmlns: 'urn:xmpp:ping' }), done, fail);
      }).then(() => {}),
      goes: () => connection.disconnect('done'),
    };
  }, [service, address, password, again]);
  return {
    mechanism: () => page.evaluate(() => window.person.mechanism),
    says: (to, text) => page.evaluate(([to, text]) => window.person.says(to, text), [to, text]),
    hears: text => page.waitForFunction(text => window.person.came.includes(text), text, { timeout: PATIENCE_MS }),
    came: () => page.evaluate(() => window.person.came),
    history: () => page.evaluate(() => window.person.history()),
    pings: () => page.evaluate(() => window.person.pings()),
    goes: () => page.evaluate(() => window.person.goes()),
  };
}

// XEP-0156, asked as a page elsewhere does.
export async function ways(page, origin) {
  const { links } = await page.evaluate(async address => (await fetch(address)).json(), `${origin}/.well-known/host-meta.json`);
  const link = name => links.find(({ rel }) => rel === `urn:xmpp:alt-connections:${name}`).href;
  return { websocket: link('websocket'), bosh: link('xbosh') };
}
