// The owner's pages with Chromium: how things are, people, invitations, backups, settings, the log.
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

const PASSWORD = 'four everyday words';

export async function admin(tools) {
  const { page, origin, how, data, look, both, check, at, signIn, imera, somebody, online } = tools;
  const press = async action => {
    await page.locator(`form[action="${action}"] button.btn:not(.js-only)`).first().click();
    await page.waitForLoadState();
  };
  const says = async (place, words) => check((await page.locator(place).first().innerText()).includes(words), words);
  const english = how !== 'mirrored';
  const makeBackup = async () => {
    await page.goto(`${origin}/admin/backups`);
    await press('/admin/backups/make');
    // With the script the page leads on by itself; without it the link does.
    for (let tries = 0; new URL(page.url()).search !== '?n=work' && tries < 200; tries += 1) {
      await page.goto(`${origin}/admin/backups/work`);
    }
  };

  await page.goto(`${origin}/admin`);
  await at('/sign-in');
  await signIn('lea', PASSWORD);
  await at('/admin');
  check((await page.locator('.tabs').count()) === 0, 'the page is for owners');
  await look('admin-refused');
  await page.context().clearCookies();
  await page.goto(`${origin}/admin`);
  await signIn('mira', PASSWORD);
  await at('/admin');
  await press('/admin/look');
  await at('/admin');
  const goes = await online('lea', PASSWORD, 'Conversations.x7');
  await page.goto(`${origin}/admin`);
  await both('admin-home');

  await page.goto(`${origin}/admin/people`);
  await both('admin-people');
  await page.locator('a.btn.slim', { hasText: 'mira' }).click();
  await page.waitForURL('**/admin/people/*');
  await look('admin-person-own');
  await page.goto(`${origin}/admin/people`);
  await page.fill('#q', 'nobody at all');
  await press('/admin/people');
  await look('admin-people-none');
  await page.goto(`${origin}/admin/people`);
  await page.locator('a.btn.slim', { hasText: 'lea' }).click();
  await page.waitForURL('**/admin/people/*');
  const person = new URL(page.url()).pathname;
  check((await page.locator('section .buddies li').innerText()).includes('Conversations.x7'), 'the app is told');
  await both('admin-person');
  await goes();
  const lea = await somebody();
  await lea.goto(`${origin}/sign-in?to=/me/data`);
  await signIn('lea', PASSWORD, lea);
  await at('/me/data', lea);
  await press(`${person}/sign-out`);
  await lea.reload();
  await at('/sign-in', lea);
  await look('sign-in-again', lea);
  await press(`${person}/link`);
  await page.waitForURL('**/people/*#link');
  check((await page.locator('#made').innerText()).includes('/reset/'), 'the link for a new password');
  if (how === 'script') check(await page.locator('[data-share=made]').isVisible(), 'the link can be shared');
  await look('admin-person-link');
  await page.fill('#sure', 'somebody');
  await press(`${person}/close`);
  check((await page.locator('#errors:focus').count()) === 1, 'the list of errors has the focus');
  await look('admin-person-close-wrong');
  await page.fill('#sure', 'lea');
  await press(`${person}/close`);
  await look('admin-person-closed');
  await page.goto(`${origin}/admin/people`);
  await look('admin-people-closed');
  await page.goto(origin + person);
  await press(`${person}/open`);
  await press(`${person}/lock`);
  await look('admin-person-locked');
  await signIn('lea', PASSWORD, lea);
  await lea.waitForLoadState();
  check((await lea.locator('.note.warn').count()) === 1, 'locked: told to who knows the password');
  await look('sign-in-locked', lea);
  await press(`${person}/open`);

  await page.goto(`${origin}/admin/invites`);
  await look('admin-invites');
  await page.fill('#note', 'Choir, spring trip');
  await page.selectOption('#uses', 'other');
  await page.fill('#other', '0');
  await press('/admin/invites');
  await look('admin-invites-wrong');
  await page.fill('#other', '12');
  await page.check('[name=ask_first]');
  await press('/admin/invites');
  await page.waitForURL('**/invites#made-now');
  check((await page.locator('#made').innerText()).includes('/invite/'), 'the invitation');
  await look('admin-invites-made');
  await page.locator('form[action$="/withdraw"] button').first().click();
  await page.waitForURL('**/invites?n=withdrawn');
  await look('admin-invites-withdrawn');

  await page.goto(`${origin}/admin/backups`);
  await look('admin-backups-none');
  await makeBackup();
  check(await page.locator('.note.ok').isVisible(), 'the backup is made');
  await both('admin-backups');
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('form[action$="/download"] button').first().click()]);
  check(download.suggestedFilename().endsWith('.backup') && (await download.failure()) === null, 'the download');

  imera(['settings', 'set', 'backup_folder', '/nowhere/at/all']);
  await makeBackup();
  await look('admin-backups-second');
  await page.goto(`${origin}/admin`);
  check(await page.locator('.note.warn').isVisible(), 'trouble is told');
  await both('admin-trouble');
  await page.goto(`${origin}/admin/backups`);
  await page.locator('a[href^="/admin/restore?file="]').first().click();
  await page.waitForLoadState();
  await look('owner-restore-kept');
  await troubles({ ...tools, press, makeBackup });
  imera(['settings', 'set', 'backup_folder', '']);

  await page.goto(`${origin}/admin/settings`);
  await both('admin-settings');
  await page.goto(`${origin}/admin/settings?open=people`);
  await page.fill('#invite_quota', '0');
  await press('/admin/settings/people');
  await look('admin-settings-wrong');
  await page.fill('#invite_quota', '12');
  await press('/admin/settings/people');
  await at('/admin/settings');
  check(await page.locator('.note.ok').isVisible(), 'saved');
  await look('admin-settings-saved');

  await page.goto(`${origin}/admin/certificate/record`);
  await both('admin-proof');
  await press('/admin/certificate/record');
  await look('admin-proof-wrong');
  const access = { server: '127.0.0.1:9', zone: 'proof.beach.example', key: 'imera', secret: 'c2VjcmV0IHNlY3JldA==' };
  for (const [name, value] of Object.entries(access)) await page.fill(`#acme_dns_${name}`, value);
  await press('/admin/certificate/record');
  await page.waitForURL('**/admin/certificate/record?n=proof');
  await both('admin-proof-kept');
  await page.goto(`${origin}/admin/records`);
  await look('admin-records-proof');
  await page.goto(`${origin}/admin/certificate/record`);
  await page.locator('details > summary').last().click();
  await press('/admin/certificate/record/forget');
  await page.waitForURL('**/admin/certificate/record?n=no-proof');

  for (let more = 0; how === 'script' && more < 30; more += 1) imera(['settings', 'set', 'backup_at', `03:${10 + more}`]);
  await page.goto(`${origin}/admin/log`);
  await both('admin-log');
  if (how === 'script') {
    await page.locator('a[href^="/admin/log?before="]').click();
    await page.waitForURL('**/admin/log?before=*');
    await look('admin-log-older');
  }
  if (english) await says('tbody', 'lea');
  await page.goto(`${origin}/admin`);
  await page.locator('form[action="/sign-out"] button').click();
  await at('/sign-in');
}

// No backup can be made, and the doors are silent, as with a pulled cable (NEAR is the address they stand on).
async function troubles({ page, origin, data, look, both, check, press, makeBackup }) {
  renameSync(`${data}/backups`, `${data}/backups-`);
  writeFileSync(`${data}/backups`, 'no folder');
  await makeBackup();
  check(await page.locator('.note.bad').first().isVisible(), 'the backup failed');
  await both('admin-backups-failed');
  if (process.env.NEAR) {
    const near = process.env.NEAR;
    const cable = deed => execFileSync('ip', ['address', deed, `${near}/32`, 'dev', 'lo']);
    cable('del');
    await page.goto(`${origin}/admin`);
    await press('/admin/look');
    check((await page.locator('header.sky.night').count()) === 1 && (await page.locator('.body > details').count()) === 1, 'a storm, and more than can stand open');
    await both('admin-storm');
    cable('add');
    // It went with its address.
    execFileSync('ip', ['route', 'replace', 'default', 'dev', 'lo', 'src', near]);
  }
  rmSync(`${data}/backups`);
  renameSync(`${data}/backups-`, `${data}/backups`);
  await makeBackup();
  await page.goto(`${origin}/admin`);
  await press('/admin/look');
  check((await page.locator('.note.bad').count()) === 0, 'all is well again');
}
