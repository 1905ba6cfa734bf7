// The owner's pages with Chromium: how things are, people, invitations, backups, settings, the log.
import { execFileSync } from 'node:child_process';

const PASSWORD = 'four everyday words';

export async function admin({ page, origin, how, data, look, check, send, at }) {
  const press = async action => {
    await page.locator(`form[action="${action}"] button.btn:not(.js-only)`).first().click();
    await page.waitForLoadState();
  };
  const says = async (place, words) => check((await page.locator(place).first().innerText()).includes(words), words);
  const english = how !== 'mirrored';
  const imera = (words, input) => execFileSync(process.env.IMERA_BIN, [...words, '--data', data], { input });
  const makeBackup = async () => {
    await page.goto(`${origin}/admin/backups`);
    await press('/admin/backups/make');
    // With the script the page leads on by itself; without it the link does.
    for (let tries = 0; new URL(page.url()).search !== '?n=work' && tries < 200; tries += 1) {
      await page.goto(`${origin}/admin/backups/work`);
    }
    check(await page.locator('.note.ok').isVisible(), 'the backup is made');
  };
  imera(['account', 'add', 'lea', '--password-stdin'], `${PASSWORD}\n`);

  await page.goto(`${origin}/admin`);
  await at('/sign-in');
  await page.fill('#name', 'lea');
  await page.fill('#password', PASSWORD);
  await send();
  await at('/admin');
  check((await page.locator('.tabs').count()) === 0, 'the page is for owners');
  await look('admin-refused');
  await page.context().clearCookies();
  await page.goto(`${origin}/admin`);
  await page.fill('#name', 'mira');
  await page.fill('#password', PASSWORD);
  await send();
  await at('/admin');
  await press('/admin/look');
  await at('/admin');
  await look('admin-home');

  await page.goto(`${origin}/admin/people`);
  await look('admin-people');
  await page.fill('#q', 'nobody at all');
  await press('/admin/people');
  await look('admin-people-none');
  await page.goto(`${origin}/admin/people`);
  await page.locator('a.btn.slim', { hasText: 'lea' }).click();
  await page.waitForURL('**/admin/people/*');
  const person = new URL(page.url()).pathname;
  await look('admin-person');
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
  await look('admin-backups');
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('form[action$="/download"] button').first().click()]);
  check(download.suggestedFilename().endsWith('.backup') && (await download.failure()) === null, 'the download');

  imera(['settings', 'set', 'backup_folder', '/nowhere/at/all']);
  await makeBackup();
  await look('admin-backups-second');
  await page.goto(`${origin}/admin`);
  check(await page.locator('.note.warn').isVisible(), 'trouble is told');
  await look('admin-trouble');
  imera(['settings', 'set', 'backup_folder', '']);

  await page.goto(`${origin}/admin/settings`);
  await look('admin-settings');
  await page.goto(`${origin}/admin/settings?open=people`);
  await page.fill('#invite_quota', '0');
  await press('/admin/settings/people');
  await look('admin-settings-wrong');
  await page.fill('#invite_quota', '12');
  await press('/admin/settings/people');
  await at('/admin/settings');
  check(await page.locator('.note.ok').isVisible(), 'saved');
  await look('admin-settings-saved');
  await page.goto(`${origin}/admin/log`);
  if (english) await says('tbody', 'lea');
  await look('admin-log');
  if (english) {
    await page.click('button[value=de]');
    await at('/admin/log');
    await look('admin-log-german');
    await page.goto(`${origin}/admin`);
    await look('admin-home-german');
    await page.goto(`${origin}/admin/backups`);
    await look('admin-backups-german');
    await page.goto(`${origin}/admin/settings`);
    await look('admin-settings-german');
    await page.goto(`${origin}/admin/people`);
    await look('admin-people-german');
    await page.click('button[value=en]');
  }
  await page.goto(`${origin}/admin`);
  await page.locator('form[action="/sign-out"] button').click();
  await at('/sign-in');
}
