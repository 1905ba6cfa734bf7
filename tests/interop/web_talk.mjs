// Through the pages with Chromium: web_talk.mjs script|plain|mirrored PART ADDRESS FOLDER-FOR-PICTURES DATA-FOLDER
//
// PART: "setup" makes a place; "people" is everything that goes on there; "owner" brings another backup back; "empty"
// brings OWN, its backup, back on an empty machine; "rare" makes a place for home and sees what is seldom seen; "records"
// sees the page of the domain's records as DNS changes.
import { execFileSync, spawn } from 'node:child_process';
import { admin } from './web_admin.mjs';
import { certificates } from './web_certificate.mjs';
import { eyes } from './web_eyes.mjs';
import { friend } from './web_friend.mjs';
import { links } from './web_links.mjs';
import { portal } from './web_portal.mjs';
import { rare } from './web_rare.mjs';
import { records } from './web_records.mjs';
import { onEmptyMachine, restore } from './web_restore.mjs';
import { setup } from './web_setup.mjs';

const [how, part, address, folder, data] = process.argv.slice(2);
const origin = new URL(address).origin;
const parts = { setup: 1, people: 100, owner: 300, empty: 400, rare: 500, records: 600 };
const seen = await eyes({ how, origin, folder, first: parts[part] - 1 });
const { somebody, check } = seen;
const page = await somebody();
const look = (name, of = page) => seen.look(name, of);
const german = (name, of = page) => seen.german(name, of);
const both = (name, of = page) => seen.both(name, of);
const send = (of = page) => of.locator('.go button.main').click();
const at = async (path, of = page) => {
  await of.waitForURL(url => url.pathname === path);
  check(true, path);
};
const signIn = async (name, password, of = page) => {
  await of.fill('#name', name);
  await of.fill('#password', password);
  await send(of);
};
// The command line; what it tells as JSON.
const imera = (words, input) => execFileSync(process.env.IMERA_BIN, [...words, '--data', data], { input, encoding: 'utf8' });
const json = (...words) => JSON.parse(imera([...words, '--json']));
// What only time brings: by the database, beside the server.
const sql = words => execFileSync(process.env.PYTHON, ['-c', 'import sqlite3, sys; base = sqlite3.connect(sys.argv[1], 5); base.executescript(sys.argv[2]); base.commit()', `${data}/imera.sqlite`, words]);
// An app that is signed in; ends it when called.
const online = async (name, password, resource) => {
  const app = spawn(process.env.PYTHON, [new URL('slixmpp_here.py', import.meta.url).pathname, name, password, resource], { stdio: ['pipe', 'pipe', 'inherit'] });
  const came = await new Promise(resolve => { app.stdout.once('data', resolve).once('end', () => resolve('')); });
  check(String(came).startsWith('here'), `${name}'s app is signed in`);
  return () => new Promise(resolve => { app.once('exit', resolve); app.stdin.end(); });
};

const tools = { ...seen, page, origin, how, address, data, look, german, both, at, send, signIn, imera, json, sql, online };
if (part === 'setup') await setup(tools);
if (part === 'people') {
  await friend(tools);
  await links(tools);
  await page.context().clearCookies();
  await admin(tools);
  await page.goto(`${origin}/sign-in?to=/admin`);
  await signIn('mira', 'four everyday words');
  await at('/admin');
  await certificates(tools);
  await page.context().clearCookies();
  await portal(tools);
}
if (part === 'owner') {
  await page.goto(`${origin}/sign-in?to=/admin/restore`);
  await signIn('mira', 'four everyday words more');
  await restore(tools, 'owner');
}
if (part === 'empty') await onEmptyMachine(tools);
if (part === 'rare') await rare(tools);
if (part === 'records') await records(tools);
await seen.ends();
