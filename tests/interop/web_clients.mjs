// Web clients without a browser: @xmpp/client over WebSocket, strophe.js over WebSocket and over BOSH. Each logs in by
// SCRAM, finds its way by host-meta, writes to the other and reads what was said from the archive.
//
// web_clients.mjs PORT: of https on localhost. Accounts: romeo and juliet, both with the password "secret words".

import assert from 'node:assert/strict';
import { client, xml } from '@xmpp/client';
import { Strophe, $iq, $msg, $pres } from 'strophe.js';
import { DOMParser } from '@xmldom/xmldom';
import XMLHttpRequest from 'xhr2';

// What strophe.js takes from a browser.
class Request extends XMLHttpRequest {
    get responseXML() {
        return this.responseText ? new DOMParser().parseFromString(this.responseText, 'text/xml') : null;
    }
    set responseXML(_) {}
}
Object.assign(globalThis, { XMLHttpRequest: Request, DOMParser });
Strophe.setLogLevel(Strophe.LogLevel.WARN);
const [port] = process.argv.slice(2);
const DOMAIN = 'localhost';
const PASSWORD = 'secret words';
const PATIENCE_MS = 20_000;

const later = (what) => new Promise((_, fail) => {
    setTimeout(() => fail(new Error(`${what} took too long`)), PATIENCE_MS).unref();
});
const within = (what, promise) => Promise.race([promise, later(what)]);

// XEP-0156: both ways in, read by a page from elsewhere.
async function hostMeta() {
    const answer = await fetch(`https://${DOMAIN}:${port}/.well-known/host-meta.json`);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    const links = Object.fromEntries((await answer.json()).links.map(({ rel, href }) => [rel, href]));
    return {
        websocket: links['urn:xmpp:alt-connections:websocket'],
        bosh: links['urn:xmpp:alt-connections:xbosh'],
    };
}

// Somebody with @xmpp/client: what came, and a way to say something.
async function xmppJs(name, service) {
    const xmpp = client({ service, domain: DOMAIN, username: name, password: PASSWORD });
    const came = [];
    let wake = () => {};
    xmpp.on('error', (error) => { throw error; });
    xmpp.on('stanza', (stanza) => {
        const body = stanza.is('message') && stanza.getChildText('body');
        if (body) {
            came.push(body);
            wake();
        }
    });
    await within('@xmpp/client', xmpp.start());
    await xmpp.send(xml('presence'));
    return {
        say: (to, text) => xmpp.send(xml('message', { to: `${to}@${DOMAIN}`, type: 'chat' }, xml('body', {}, text))),
        hears: (text) => within(text, (async () => {
            while (!came.includes(text)) await new Promise((done) => { wake = done; });
        })()),
        stop: () => within('the end of @xmpp/client', xmpp.stop()),
    };
}

// The same with strophe.js.
async function strophe(name, service) {
    const connection = new Strophe.Connection(service);
    const came = [];
    let wake = () => {};
    const told = (status) => new Promise((done, fail) => {
        connection.connect(`${name}@${DOMAIN}`, PASSWORD, (now, why) => {
            if (now === status) done();
            else if ([Strophe.Status.AUTHFAIL, Strophe.Status.CONNFAIL, Strophe.Status.ERROR].includes(now)) {
                fail(new Error(`strophe.js at ${service}: ${now} ${why}`));
            }
        });
    });
    await within('strophe.js', told(Strophe.Status.CONNECTED));
    assert.match(connection._sasl_mechanism?.mechname ?? connection._sasl_mechanism?.name ?? '', /^SCRAM-/);
    connection.addHandler((stanza) => {
        const body = stanza.getElementsByTagName('body')[0];
        if (body) {
            came.push(body.textContent);
            wake();
        }
        return true;
    }, null, 'message');
    connection.send($pres());
    return {
        say: (to, text) => connection.send($msg({ to: `${to}@${DOMAIN}`, type: 'chat' }).c('body').t(text)),
        hears: (text) => within(text, (async () => {
            while (!came.includes(text)) await new Promise((done) => { wake = done; });
        })()),
        // XEP-0313: what the archive gives, as texts.
        history: () => within('the archive', new Promise((done, fail) => {
            const found = [];
            connection.addHandler((stanza) => {
                const body = stanza.getElementsByTagName('body')[0];
                if (body) found.push(body.textContent);
                return true;
            }, 'urn:xmpp:mam:2', 'message');
            const query = $iq({ type: 'set' }).c('query', { xmlns: 'urn:xmpp:mam:2' });
            connection.sendIQ(query, () => done(found), fail);
        })),
        stop: () => within('the end of strophe.js', new Promise((done) => {
            connection.connect_callback = (status) => status === Strophe.Status.DISCONNECTED && done();
            connection.disconnect('done');
        })),
    };
}

const ways = await hostMeta();
let round = 0;
for (const [kind, service] of [['websocket', ways.websocket], ['bosh', ways.bosh]]) {
    round += 1;
    const romeo = await xmppJs('romeo', ways.websocket);
    const juliet = await strophe('juliet', service);
    await romeo.say('juliet', `what light ${round}`);
    await juliet.hears(`what light ${round}`);
    juliet.say('romeo', `o romeo <&> ${round}`);
    await romeo.hears(`o romeo <&> ${round}`);
    const found = await juliet.history();
    for (const text of [`what light ${round}`, `o romeo <&> ${round}`]) assert(found.includes(text), `${text}: ${found}`);
    await juliet.stop();
    await romeo.stop();
    console.log(`@xmpp/client over websocket, strophe.js over ${kind}: both ways, history`);
}
process.exit(0);
