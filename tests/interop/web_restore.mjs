// Restoring with Chromium: at set-up up to the question and back, by the owner of a place and on an empty machine to its
// end. BACKUP names a backup of another Beach House, LOCKED one with the passphrase, OWN that of the place just made.
import http from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { BACKUP, LOCKED, OWN, SCRATCH } = process.env;
const PASSPHRASE = 'correct horse battery';

// An upload that stays on its way, so that its page can be looked at. Ends it when called.
const arriving = async (page, origin, path) => {
  const cookies = (await page.context().cookies(origin + path)).map(({ name, value }) => `${name}=${value}`).join('; ');
  const request = http.request(origin + path, {
    method: 'POST',
    headers: { Cookie: cookies, 'Content-Type': 'multipart/form-data; boundary=wall', 'Content-Length': 214_000_000 },
  });
  request.on('error', () => {});
  request.write('--wall\r\nContent-Disposition: form-data; name="file"\r\n\r\n');
  request.write(Buffer.alloc(96_000_000, 7));
  return () => request.destroy();
};

// The hands that both doors need; `base` is where their pages stand.
const hands = ({ page, origin, check, at }, base) => {
  const sent = action => Promise.all([page.waitForResponse(reply => reply.request().method() === 'POST'), action()]);
  const bring = async file => {
    await page.setInputFiles('#file', file);
    await sent(() => page.locator('.go .main').click());
  };
  // Looks at the check until it leads there. Without a script the page renews itself slowly.
  const ends = async path => {
    for (let tries = 0; tries < 60; tries += 1) {
      await page.goto(`${origin}${base}/check`).catch(() => {});
      if (new URL(page.url()).pathname === path) break;
    }
    await at(path);
  };
  const question = () => ends(`${base}/ready`);
  // The yes was sent: by script the page comes by itself; without, by looking again.
  const comes = async () => {
    await page.waitForURL(url => url.pathname.startsWith('/restored/'));
    const back = page.locator('a.main[href="/sign-in"]');
    for (let tries = 0; tries < 60 && (await back.count()) === 0; tries += 1) {
      await back.waitFor({ timeout: 12_000 }).catch(() => page.reload());
    }
    check((await back.count()) === 1, 'the place is back');
  };
  return { sent, bring, ends, question, comes };
};

// A file like `file`, but for what `change` makes of its bytes.
const changed = (file, change) => {
  const other = join(SCRATCH, 'changed.backup');
  writeFileSync(other, change(readFileSync(file)));
  return other;
};

export const restore = async (tools, when) => {
  const { page, origin, look, both, check, at } = tools;
  const base = when === 'setup' ? '/setup/restore' : '/admin/restore';
  const name = what => `${when === 'setup' ? '' : 'owner-'}restore-${what}`;
  const { sent, bring, ends, question, comes } = hands(tools, base);
  await page.goto(`${origin}${base}`);
  await look(name('choose'));
  if (when === 'setup') {
    await page.locator('.go .main').click();
    await look(name('no-file'));
    await bring(changed(BACKUP, () => 'PK something else'));
    await ends(base);
    check((await page.locator('h2').first().innerText()) === (await page.locator('.note.bad h2').innerText()), 'what is wrong comes first');
    await both(name('not-ours'));
    await bring(changed(BACKUP, bytes => bytes.subarray(0, bytes.length / 2)));
    await ends(base);
    await look(name('damaged'));
    await bring(changed(BACKUP, bytes => Buffer.from(bytes.toString('latin1').replace(/^(.{8}imera backup )\d+/s, '$12'), 'latin1')));
    await ends(base);
    await look(name('newer'));
    const stop = await arriving(page, origin, base);
    for (let tries = 0; tries < 100 && (await page.locator('#row-arrived.wait').count()) === 0; tries += 1) {
      await page.goto(`${origin}${base}/check`).catch(() => {});
    }
    for (let tries = 0; tries < 100 && !(await page.locator('#row-arrived').innerText()).includes('44 %'); tries += 1) await page.goto(`${origin}${base}/check`).catch(() => {});
    await look(name('check'));
    stop();
    for (let tries = 0; tries < 100 && (await page.locator('.note.bad').count()) === 0; tries += 1) await page.goto(`${origin}${base}`).catch(() => {});
    await look(name('broke-off'));
    await bring(LOCKED);
    await ends(base);
    await page.fill('#passphrase', 'correct horse batterie');
    await sent(() => page.locator('.go .main').click());
    await ends(base);
    await look(name('passphrase-wrong'));
    await page.fill('#passphrase', PASSPHRASE);
    await sent(() => page.keyboard.press('Enter'));
    await question();
    await look(name('ready'));
    await page.locator('.go .back').click();
    await at(base);
    await page.locator('.go .back').click();
    return at('/setup/start');
  }
  await bring(BACKUP);
  await question();
  await look(name('ready'));
  await page.fill('#place', 'beach');
  await page.locator('.go .danger').click();
  await look(name('ready-wrong'));
  await page.fill('#place', 'Beach House');
  await page.locator('.go .danger').click();
  await comes();
  await look('restored');
};

// A machine where nothing is: the question, the yes, and the old password lets in at the pages.
export const onEmptyMachine = async tools => {
  const { page, origin, address, both, look, check, at, send, signIn } = tools;
  const { sent, bring, ends, question, comes } = hands(tools, '/setup/restore');
  await page.goto(address);
  await send();
  await at('/setup/start');
  await page.check('[value=restore]');
  await send();
  await at('/setup/restore');
  await both('restore-choose');
  await bring(OWN);
  await ends('/setup/restore');
  await both('restore-locked');
  await page.fill('#passphrase', PASSPHRASE);
  await sent(() => page.locator('.go .main').click());
  await question();
  check((await page.locator('h1').innerText()).includes('Beach House'), 'the question names the place');
  await both('restore-ready');
  await page.locator('.go .main').click();
  await comes();
  await both('restored');
  await page.locator('a.main[href="/sign-in"]').click();
  await at('/sign-in');
  await signIn('mira', 'four everyday words more');
  await at('/admin');
  await look('admin-home-restored');
  await page.goto(`${origin}/admin/people`);
  const all = await page.locator('.body').innerText();
  check(['tom', 'lena', 'lea', 'nora'].every(name => all.includes(name)), 'everybody is back');
  await page.goto(`${origin}/setup`);
  check((await page.locator('#code').count()) === 0, 'the set-up is closed');
};
