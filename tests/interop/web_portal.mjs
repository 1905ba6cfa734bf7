// Everybody's own pages with Chromium: signing in, the three tabs with their mistakes, leaving and coming back.
import { choose } from './web_friend.mjs';

const PASSWORD = 'four everyday words';

export async function portal(tools) {
  const { page, origin, how, look, both, check, send, at, signIn, imera, online } = tools;
  const press = async action => {
    await page.locator(`form[action="${action}"] button.btn:not(.js-only)`).first().click();
    await page.waitForLoadState();
  };
  imera(['account', 'add', 'nora', '--password-stdin'], `${PASSWORD}\n`);

  await page.goto(`${origin}/me`);
  await at('/sign-in');
  await both('sign-in');
  await signIn('mira', 'not hers at all');
  await look('sign-in-wrong');
  await signIn('mira@beach.example', PASSWORD);
  await at('/me');
  await both('me');
  await page.fill('#old', PASSWORD);
  await page.fill('#new', 'short');
  await press('/me/password');
  await look('me-wrong');
  await page.fill('#old', PASSWORD);
  await page.fill('#new', `${PASSWORD} more`);
  await press('/me/password');
  await at('/me');
  check(await page.locator('.note.ok').isVisible(), 'the new password holds');
  await look('me-password');
  await page.fill('#password', `${PASSWORD} more`);
  await press('/me/recovery');
  const code = await page.locator('#recovery').innerText();
  check(code.length === 19, 'the recovery code');
  await look('me-code');
  await recovers(tools, code);
  await page.goto(`${origin}/me/devices/phone`);
  await both('phone');
  await press('/me/devices/phone');
  check(await page.locator('figure.qr').isVisible(), 'the code that signs a phone in');
  await look('phone-code');
  const goes = await online('mira', `${PASSWORD} more`, 'Gajim.k2');
  await page.goto(`${origin}/me/devices`);
  check((await page.locator('button[name=app]').count()) >= 1, 'the app is told');
  await both('devices');
  await goes();
  await page.goto(`${origin}/me/data`);
  await both('data');
  await press('/me/data/export');
  for (let tries = 0; tries < 100 && !(await page.locator('a[download]').count()); tries += 1) await page.goto(`${origin}/me/data`);
  await look('data-ready');
  await page.goto(`${origin}/me`);
  await press('/sign-out');
  await at('/sign-in');
  await look('signed-out');
  await signIn('nora', PASSWORD);
  await at('/me');
  imera(['settings', 'set', 'members_invite', 'on']);
  await page.goto(`${origin}/me/invite`);
  await both('me-invite');
  await page.fill('#note', 'Nils');
  await press('/me/invite');
  await page.waitForURL('**/me/invite#made-now');
  check((await page.locator('#made').innerText()).includes('/invite/'), 'a member invites');
  await look('me-invite-made');
  imera(['settings', 'set', 'members_invite', 'off']);
  await page.goto(`${origin}/me/data`);
  await page.locator('details.zone > summary').click();
  await page.fill('#sure', 'tim');
  await page.fill('#password', PASSWORD);
  await press('/me/leave');
  await look('leave-wrong');
  await page.fill('#sure', 'nora');
  await page.fill('#password', PASSWORD);
  await press('/me/leave');
  await at('/sign-in');
  await look('left');
  await ownerSees(tools);
  await page.goto(`${origin}/sign-in`);
  await signIn('nora', PASSWORD);
  await at('/stay');
  await both('stay');
  await send();
  await at('/me');
  await look('stays');
  await press('/sign-out');
  await at('/sign-in');
}

// The code of one's own page lets one in again, with a password that may be the old one.
async function recovers({ origin, how, somebody, at, send, check, page, signIn }, code) {
  const forgetful = await somebody();
  await forgetful.goto(`${origin}/recover`);
  await forgetful.fill('#name', 'mira');
  await forgetful.fill('#code', code);
  await choose(how, forgetful, `${PASSWORD} more`);
  await send(forgetful);
  await at('/welcome', forgetful);
  check((await forgetful.locator('#recovery').innerText()) !== code, 'the code is for once');
  await page.goto(`${origin}/me`);
  await at('/sign-in');
  await signIn('mira', `${PASSWORD} more`);
  await at('/me');
}

// Who leaves stands among the closed ones, with the day of the removal, until they change their mind.
async function ownerSees({ page, origin, both, look, at, check, signIn }) {
  await page.goto(`${origin}/sign-in?to=/admin/people`);
  await signIn('mira', `${PASSWORD} more`);
  await at('/admin/people');
  await look('admin-people-leaving');
  await page.locator('a.btn.slim', { hasText: 'nora' }).click();
  await page.waitForURL('**/admin/people/*');
  check((await page.locator('.note.warn form[action$="/open"]').count()) === 1, 'the owner may keep the account');
  await both('admin-person-leaving');
  await page.context().clearCookies();
}
