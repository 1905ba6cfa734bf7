// The set-up with Chromium: from the address on the machine's screen to the open place, mistakes included.
import { writeFileSync } from 'node:fs';
import { restore } from './web_restore.mjs';

export async function setup({ page, origin, how, address, look, check, send, at, ...more }) {
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
  await restore({ page, origin, how, look, check, send, at, ...more }, 'setup');
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
    await page.click('button[value=en]');
    await at('/setup/look');
  }
  await look('look');
  await send();
  await at('/setup/done');
  await look('done');
  writeFileSync(`${process.env.SCRATCH}/invitation`, new URL(await page.locator('#invitation').innerText()).pathname);
  await page.goto(`${origin}/`);
  await look('front');
  await page.context().clearCookies();
  await page.goto(`${origin}/setup/done`);
  await look('finished');
}
