// A friend's way in with Chromium: the invitation on each kind of device, sign-up, welcome, a new password by link and code.
import { readFileSync } from 'node:fs';

const ANDROID = 'Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';
export const PASSWORD = 'five grey geese fly';

export const path = made => new URL(made.link).pathname;

// A new password, typed as often as the page asks for it.
export const choose = async (how, page, words) => {
  await page.fill('#password', words);
  if (how === 'plain') await page.fill('#password_again', words);
};

export async function friend({ how, origin, check, look, both, somebody, send, at, json, sql }) {
  const invitation = readFileSync(`${process.env.SCRATCH}/invitation`, 'utf8');

  // On a computer and an iPhone the same link looks another way.
  const computer = await somebody();
  await computer.goto(origin + invitation);
  await both('invite-computer', computer);
  const iphone = await somebody(IPHONE);
  await iphone.goto(origin + invitation);
  await look('invite-iphone', iphone);
  const unknown = await somebody('SomeBrowser/1.0');
  await unknown.goto(origin + invitation);
  await look('invite-unknown', unknown);

  // tom signs up on his phone.
  const phone = await somebody(ANDROID);
  await phone.setViewportSize({ width: 360, height: 740 });
  await phone.goto(origin + invitation);
  check((await phone.locator('.btn.main').getAttribute('href')).includes('referrer=xmpp%3Amira%40'), 'the app comes first');
  await both('invite-android', phone);
  await phone.goto(`${origin}${invitation}/sign-up`);
  await both('sign-up', phone);
  await phone.fill('#name', 'mira');
  await choose(how, phone, 'short');
  await send(phone);
  await look('sign-up-wrong', phone);
  check((await phone.locator('#errors:focus').count()) === 1, 'the list of errors has the focus');
  await phone.fill('#name', 'tom');
  if (how === 'plain') {
    await phone.fill('#password', PASSWORD);
    await phone.fill('#password_again', 'another one');
    await send(phone);
    check((await phone.locator('#password_again-error').count()) === 1, 'without a script it is typed twice');
  }
  await choose(how, phone, PASSWORD);
  if (how !== 'plain') {
    await phone.locator('#password').pressSequentially('!');
    check((await phone.locator('[data-strength=password]').innerText()) !== '', 'the strength is said');
    await look('sign-up-strength', phone);
    await choose(how, phone, PASSWORD);
  }
  await send(phone);
  await at('/welcome', phone);
  const code = await phone.locator('#recovery').innerText();
  check(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/.test(code), 'the recovery code');
  await both('welcome-android', phone);
  await phone.reload();
  check((await phone.locator('#recovery').count()) === 0, 'the recovery code is shown once');
  await phone.goto(origin + invitation);
  await look('invite-friends', phone);

  // A new password by the owner's link, once and for a day; then by the code, and it is the first one again.
  const reset = path(json('account', 'reset', 'tom'));
  await computer.goto(origin + reset);
  await both('reset', computer);
  await choose(how, computer, 'a password in between');
  await send(computer);
  await at('/welcome', computer);
  const renewed = await computer.locator('#recovery').innerText();
  check(renewed !== code, 'the code from before is void with the password');
  await look('welcome-renewed', computer);
  const late = await somebody();
  const over = async (link, name) => {
    const reply = await late.goto(origin + link);
    check(reply.status() === 410 && (await late.locator('#password').count()) === 0, `${name}: nothing more by it`);
    await look(name, late);
  };
  await over(reset, 'over-reset-used');
  const slow = path(json('account', 'reset', 'tom'));
  sql(`UPDATE invite SET expires_at = ${(Date.now() - 60_000) * 1000} WHERE kind = 'reset'`);
  await over(slow, 'over-reset-out');
  const forgetful = await somebody();
  await forgetful.goto(`${origin}/sign-in`);
  await forgetful.locator('summary').click();
  await forgetful.locator('a[href="/recover"]').click();
  await at('/recover', forgetful);
  await both('recover', forgetful);
  await forgetful.fill('#name', 'tom');
  await forgetful.fill('#code', '0000');
  await choose(how, forgetful, PASSWORD);
  await send(forgetful);
  await look('recover-wrong', forgetful);
  await forgetful.fill('#code', renewed.toLowerCase());
  await choose(how, forgetful, PASSWORD);
  await send(forgetful);
  await at('/welcome', forgetful);
  check((await forgetful.locator('#recovery').innerText()) !== renewed, 'another recovery code');
  await both('welcome', forgetful);
  sql('UPDATE web_session SET proved_at = 0');
  await forgetful.goto(`${origin}/me/devices/phone`);
  check((await forgetful.locator('#password').count()) === 1, 'who typed a password long ago types it again');
  await look('phone-password', forgetful);
}
