// A friend's way in, for web_talk.mjs: invitation on three devices, sign-up, welcome, links that are over, reset, recovery.
import { execFileSync } from 'node:child_process';

const ANDROID = 'Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';
const PASSWORD = 'five grey geese fly';

export async function friend({ how, origin, data, check, look, somebody, owner, invitation }) {
  const imera = (...words) => JSON.parse(execFileSync(process.env.IMERA_BIN, [...words, '--json', '--data', data]));
  const path = made => new URL(made.link).pathname;
  const send = page => page.locator('.go button.main').click();
  const at = async (page, pathname) => {
    await page.waitForURL(url => url.pathname === pathname);
    check(true, pathname);
  };
  const password = async (page, words) => {
    await page.fill('#password', words);
    if (how === 'plain') await page.fill('#password_again', words);
  };

  // On a computer and an iPhone the same link looks another way.
  const computer = await somebody();
  await computer.goto(origin + invitation);
  await look('invite-computer', computer);
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
  await look('invite-android', phone);
  await phone.goto(`${origin}${invitation}/sign-up`);
  await look('sign-up', phone);
  await phone.fill('#name', 'mira');
  await phone.fill('#password', 'short');
  if (how === 'plain') await phone.fill('#password_again', 'short');
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
  await password(phone, PASSWORD);
  await send(phone);
  await at(phone, '/welcome');
  const code = await phone.locator('#recovery').innerText();
  check(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/.test(code), 'the recovery code');
  await look('welcome-android', phone);
  await phone.reload();
  check((await phone.locator('#recovery').count()) === 0, 'the recovery code is shown once');
  await phone.goto(origin + invitation);
  await look('invite-friends', phone);

  // The link is used; who comes late asks for another one.
  await computer.goto(origin + invitation);
  check((await computer.locator('#ask').innerText()).includes('mira'), 'the message names the inviter');
  await look('over-used', computer);
  await computer.fill('#who', '<b>');
  await computer.locator('form[action$="/ask"] button').click();
  check((await computer.locator('#who-error').count()) === 1, 'a name and nothing else is passed on');
  await computer.fill('#who', 'Lena');
  await computer.locator('form[action$="/ask"] button').click();
  await at(computer, invitation);
  await look('over-asked', computer);
  const back = imera('invite', 'create');
  imera('invite', 'revoke', String(back.id));
  await computer.goto(origin + path(back));
  await look('over-back', computer);

  // Who is in already.
  const many = path(imera('invite', 'create', '--uses', '20'));
  await owner.goto(`${origin}/sign-in?to=${many}`);
  await owner.fill('#name', 'mira');
  await owner.fill('#password', 'four everyday words');
  await send(owner);
  await at(owner, many);
  await look('invite-own', owner);

  // With an owner's yes.
  imera('settings', 'set', 'ask_first', 'on');
  await computer.goto(`${origin}${many}/sign-up`);
  await computer.fill('#name', 'lena');
  await password(computer, PASSWORD);
  await send(computer);
  await computer.waitForURL(url => url.pathname.startsWith('/waiting/'));
  await look('waiting', computer);
  imera('settings', 'set', 'ask_first', 'off');

  // A new password by the owner's link, then by the code; at the end it is the first one again.
  await computer.goto(origin + path(imera('account', 'reset', 'tom')));
  await look('reset', computer);
  await password(computer, 'a password in between');
  await send(computer);
  await at(computer, '/welcome');
  const renewed = await computer.locator('#recovery').innerText();
  check(renewed !== code, 'the code from before is void with the password');
  await look('welcome-renewed', computer);
  const forgetful = await somebody();
  await forgetful.goto(`${origin}/sign-in`);
  await forgetful.locator('summary').click();
  await forgetful.locator('a[href="/recover"]').click();
  await at(forgetful, '/recover');
  await look('recover', forgetful);
  await forgetful.fill('#name', 'tom');
  await forgetful.fill('#code', '0000');
  await password(forgetful, PASSWORD);
  await send(forgetful);
  await look('recover-wrong', forgetful);
  await forgetful.fill('#code', renewed.toLowerCase());
  await password(forgetful, PASSWORD);
  await send(forgetful);
  await at(forgetful, '/welcome');
  check((await forgetful.locator('#recovery').innerText()) !== renewed, 'another recovery code');
  await look('welcome', forgetful);
}
