// Web clients in Chromium, on pages of another origin, with somebody at a terminal: browser_clients.mjs PORT, that of https
// on localhost. strophe.js over WebSocket and over BOSH, and converse.js, which is typed and clicked as by a person.
// romeo (at profanity) and juliet have the password "secret words".
import assert from 'node:assert/strict';
import { PATIENCE_MS, STROPHE_PAGE, browse, profanity, site, strophe, ways } from './web_browser.mjs';

const [port] = process.argv.slice(2);
const [ROMEO, JULIET, PASSWORD] = ['romeo@localhost', 'juliet@localhost', 'secret words'];
const server = `https://localhost${port === '443' ? '' : `:${port}`}`;

// Away from the port of https nobody would find the way by the domain alone.
const settings = {
  assets_path: '/converse/', authentication: 'login', auto_away: 0, discover_connection_methods: port === '443', i18n: 'en', loglevel: 'warn',
  view_mode: 'fullscreen', websocket_url: port === '443' ? undefined : `wss://localhost:${port}/xmpp-websocket`,
};
const CONVERSE_PAGE = `<!doctype html><meta charset="utf-8"><title>converse.js</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/converse/converse.min.css">
<body class="converse-fullscreen"><div id="conversejs-bg"></div>
<script type="module">import '/converse/converse.min.js'; window.converse.initialize(${JSON.stringify(settings)});</script>`;

const origin = await site({ '/strophe.html': STROPHE_PAGE, '/converse/talk.html': CONVERSE_PAGE });
const browser = await browse();
// A browser that trusts the certificate of the run; what goes wrong on a page is told.
const somebody = async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB', viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on('pageerror', error => console.log(`page: ${error}`));
  // converse.js shows who sponsors it.
  await context.route(/^https:\/\/conversejs\.org\//, route => route.abort());
  return page;
};

async function overStrophe(kind, romeo) {
  const page = await somebody();
  await page.goto(`${origin}/strophe.html`);
  const service = (await ways(page, server))[kind];
  const said = [`what light by ${kind}`, `o romeo <&> by ${kind}`, `again by ${kind}`];
  let juliet = await strophe(page, service, JULIET, PASSWORD);
  assert.match(await juliet.mechanism(), /^SCRAM-SHA/);
  await romeo.types(`/msg ${JULIET} ${said[0]}`);
  await juliet.hears(said[0]);
  await juliet.says(ROMEO, said[1]);
  await romeo.shows(said[1]);
  // A BOSH session lives longer than the page; a WebSocket does not.
  await page.reload();
  juliet = await strophe(page, service, JULIET, PASSWORD, kind === 'bosh');
  await romeo.types(`/msg ${JULIET} ${said[2]}`);
  await juliet.hears(said[2]);
  assert.deepEqual((await juliet.came()).filter(text => said.includes(text)), [said[2]], 'nothing comes twice');
  const history = await juliet.history();
  for (const text of said) assert.equal(history.filter(one => one === text).length, 1, `${text}: ${history}`);
  await juliet.goes();
  await page.context().close();
  console.log(`ok     strophe.js over ${kind}: both ways, loaded anew, history`);
}

// What went over the WebSockets of converse.js, told where it fails.
const frames = [];

// What is said in the open chat.
const texts = page => page.locator('.chat-msg__text:visible');

async function signsIn(page) {
  await page.goto(`${origin}/converse/talk.html`);
  await page.fill('#converse-login-jid', JULIET);
  await page.fill('#converse-login-password', PASSWORD);
  await page.click('#converse-login button[type=submit]');
  await page.waitForFunction(() => document.querySelector('converse-controlbox converse-user-profile, converse-user-profile'));
}

async function openChat(page) {
  await page.locator('converse-root').waitFor();
  await page.evaluate(() => { document.location.hash = `#converse/chat?jid=romeo@localhost`; });
}

async function shows(page, words) {
  for (const text of words) await texts(page).filter({ hasText: text }).first().waitFor();
  const seen = await texts(page).allInnerTexts();
  for (const text of words) assert.equal(seen.filter(one => one.includes(text)).length, 1, `${text}: ${seen}`);
}

async function overConverse(romeo) {
  const said = ['wherefore art thou', 'I take thee at thy word', 'one more from the terminal'];
  let page = await somebody();
  const sockets = [];
  page.on('websocket', socket => {
    sockets.push(socket.url());
    socket.on('framesent', frame => frames.push(`> ${frame.payload}`));
    socket.on('framereceived', frame => frames.push(`< ${frame.payload}`));
    socket.on('close', () => frames.push('closed'));
  });
  await signsIn(page);
  await openChat(page);
  await page.locator('.chat-textarea:visible').fill(said[0]);
  await page.keyboard.press('Enter');
  await romeo.shows(said[0]);
  await romeo.types(`/msg ${JULIET} ${said[1]}`);
  await shows(page, said.slice(0, 2));
  assert(sockets.length && sockets.every(url => url.startsWith('wss://localhost')), `by WebSocket: ${sockets}`);
  const before = frames.length;
  await page.reload();
  // What was said before is shown without the server, too: it counts once the server has the page back.
  const ends = Date.now() + PATIENCE_MS;
  while (!frames.slice(before).some(frame => /^< <(resumed|enabled)/.test(frame))) {
    assert(Date.now() < ends, 'the page is back');
    if (await page.locator('#converse-login-password:visible').count()) await signsIn(page);
    await page.waitForTimeout(50);
  }
  await openChat(page);
  await shows(page, said.slice(0, 2));
  await romeo.types(`/msg ${JULIET} ${said[2]}`);
  await shows(page, said);
  await page.context().close();
  // A browser that knows nothing has it all from the archive.
  page = await somebody();
  await signsIn(page);
  await openChat(page);
  await shows(page, said);
  if (process.env.IMERA_SHOTS) await page.screenshot({ path: `${process.env.IMERA_SHOTS}/converse.png` });
  await page.context().close();
  console.log('ok     converse.js over WebSocket: signed in, both ways, loaded anew, history');
}

const romeo = await profanity(ROMEO, PASSWORD);
try {
  await romeo.types(`/msg ${JULIET}`);
  await overStrophe('websocket', romeo);
  await overStrophe('bosh', romeo);
  await overConverse(romeo);
  console.log('3 passed, 0 failed');
} catch (error) {
  console.log(frames.slice(-60).map(frame => frame.slice(0, 600)).join('\n'));
  throw error;
} finally {
  await romeo.ends();
  await browser.close();
}
