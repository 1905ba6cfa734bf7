// Restoring with Chromium: at set-up up to the question, and by the owner of a place to its end. BACKUP names a backup
// of Beach House whose owner has the password of web_talk.mjs; LOCKED one with the passphrase "correct horse battery".
import http from 'node:http';
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { BACKUP, LOCKED } = process.env;

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

export const restore = async ({ page, origin, look, check, at }, when) => {
  const base = when === 'setup' ? '/setup/restore' : '/admin/restore';
  const name = what => `${when === 'setup' ? '' : 'owner-'}restore-${what}`;
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
  await page.goto(`${origin}${base}`);
  await look(name('choose'));
  if (when === 'setup') {
    await page.locator('.go .main').click();
    await look(name('no-file'));
    const other = join(mkdtempSync(join(tmpdir(), 'imera-')), 'holiday.zip');
    writeFileSync(other, 'PK something else');
    await bring(other);
    await ends(base);
    check((await page.locator('h2').first().innerText()) === (await page.locator('.note.bad h2').innerText()), 'what is wrong comes first');
    await look(name('not-ours'));
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
    await page.fill('#passphrase', 'correct horse battery');
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
  await page.waitForURL(url => url.pathname.startsWith('/restored/'));
  // By script it comes by itself; without, by looking again.
  const back = page.locator('a.main[href="/sign-in"]');
  for (let tries = 0; tries < 60 && (await back.count()) === 0; tries += 1) {
    await back.waitFor({ timeout: 12_000 }).catch(() => page.reload());
  }
  check((await back.count()) === 1, 'the place is back');
  await look('restored');
};
