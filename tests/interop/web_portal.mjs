// Everybody's own pages with Chromium: signing in, the three tabs with their mistakes, leaving and coming back.
import { execFileSync } from 'node:child_process';

const PASSWORD = 'four everyday words';

export async function portal({ page, origin, how, data, look, check, send, at }) {
  const press = async action => {
    await page.locator(`form[action="${action}"] button.btn:not(.js-only)`).first().click();
    await page.waitForLoadState();
  };
  const signIn = async (name, password) => {
    await page.fill('#name', name);
    await page.fill('#password', password);
    await send();
  };
  const command = ['account', 'add', 'nora', '--password-stdin', '--data', data];
  execFileSync(process.env.IMERA_BIN, command, { input: `${PASSWORD}\n` });

  await page.goto(`${origin}/me`);
  await at('/sign-in');
  await look('sign-in');
  await signIn('mira', 'not hers at all');
  await look('sign-in-wrong');
  await signIn('mira@beach.example', PASSWORD);
  await at('/me');
  await look('me');
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
  check((await page.locator('#recovery').innerText()).length === 19, 'the recovery code');
  await look('me-code');
  await page.goto(`${origin}/me/devices`);
  await page.goto(`${origin}/me/devices/phone`);
  await look('phone');
  await press('/me/devices/phone');
  check(await page.locator('figure.qr').isVisible(), 'the code that signs a phone in');
  await look('phone-code');
  await page.goto(`${origin}/me/devices`);
  await look('devices');
  await page.goto(`${origin}/me/data`);
  await look('data');
  await press('/me/data/export');
  for (let tries = 0; tries < 100 && !(await page.locator('a[download]').count()); tries += 1) await page.goto(`${origin}/me/data`);
  await look('data-ready');
  if (how !== 'mirrored') {
    await page.click('button[value=de]');
    await at('/me/data');
    await look('data-german');
    await page.goto(`${origin}/me`);
    await look('me-german');
    await page.click('button[value=en]');
    await at('/me');
  }
  await page.goto(`${origin}/me`);
  await press('/sign-out');
  await at('/sign-in');
  await look('signed-out');
  await signIn('nora', PASSWORD);
  await at('/me');
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
  await signIn('nora', PASSWORD);
  await at('/stay');
  await look('stay');
  await send();
  await at('/me');
  await look('stays');
  await press('/sign-out');
  await at('/sign-in');
}
