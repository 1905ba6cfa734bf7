// Links with Chromium that are over, for many, for one name, for who is in, and those that need an owner's yes.
// slixmpp_web.py sees afterwards what the inviter's app was told, and who gets in.
import { PASSWORD, choose, path } from './web_friend.mjs';

export async function links(tools) {
  const { origin, look, somebody, imera, json, sql } = tools;
  imera(['account', 'add', 'lea', '--password-stdin'], 'four everyday words\n');
  await over(tools);
  await asked(tools);

  const guest = await somebody();
  const named = json('invite', 'create');
  sql(`UPDATE invite SET name = 'nils' WHERE id = ${named.id}`);
  await guest.goto(origin + path(named));
  await look('invite-named', guest);
  await guest.goto(`${origin}${path(named)}/sign-up`);
  await look('sign-up-named', guest);
  const contact = json('invite', 'create');
  sql(`UPDATE invite SET kind = 'contact' WHERE id = ${contact.id}`);
  await guest.goto(origin + path(contact));
  await look('contact', guest);
  await guest.goto(`${origin}/invite/${path(contact).slice(-24, -7)}`);
  await look('invite-cut', guest);
}

// Each says whom to ask, and asks; who makes it gets the message in an app.
async function over({ how, origin, check, look, both, somebody, send, at, json, sql }) {
  const guest = await somebody();
  const ends = async (link, name, who, wrong) => {
    const reply = await guest.goto(origin + link);
    check(reply.status() === 410, `${name}: it is over`);
    check((await guest.locator('#ask').innerText()).includes('mira'), `${name}: the message names the inviter`);
    await both(`over-${name}`, guest);
    const button = guest.locator('form[action$="/ask"] button');
    if (wrong) {
      await guest.fill('#who', '<b>');
      await button.click();
      check((await guest.locator('#who-error').count()) === 1, 'a name and nothing else is passed on');
    }
    await guest.fill('#who', who);
    await button.click();
    await at(link, guest);
    check(await guest.locator('.note.ok').isVisible() && (await button.count()) === 0, `${name}: the inviter is asked, once`);
  };
  const joins = async (link, name) => {
    const person = await somebody();
    await person.goto(`${origin}${link}/sign-up`);
    await person.fill('#name', name);
    await choose(how, person, PASSWORD);
    await send(person);
    await at('/welcome', person);
    await person.context().close();
  };

  const two = path(json('invite', 'create', '--uses', '2', '--note', 'Choir'));
  await joins(two, 'tina');
  await guest.goto(origin + two);
  check((await guest.locator('.foot').innerText()).includes('1'), 'one of two places is taken');
  await look('invite-places', guest);
  await joins(two, 'tilo');
  await ends(two, 'full', 'Felix');
  const one = path(json('invite', 'create'));
  await joins(one, 'tara');
  await ends(one, 'used', 'Lena', true);
  await look('over-asked', guest);
  const old = json('invite', 'create');
  sql(`UPDATE invite SET expires_at = ${(Date.now() - 26 * 3_600_000) * 1000} WHERE id = ${old.id}`);
  await ends(path(old), 'out', 'Olga');
  const back = json('invite', 'create');
  json('invite', 'revoke', String(back.id));
  await ends(path(back), 'back', 'Rosa');
}

// lena and otto ask; the owner says yes to the one and no to the other.
async function asked({ how, origin, check, look, both, page, somebody, send, at, signIn, imera, json }) {
  const many = path(json('invite', 'create', '--uses', '20'));
  await page.goto(`${origin}/sign-in?to=${many}`);
  await signIn('mira', 'four everyday words');
  await at(many);
  await look('invite-own');
  imera(['settings', 'set', 'ask_first', 'on']);
  const [lena, otto] = [await somebody(), await somebody()];
  await lena.goto(origin + many);
  await look('invite-asks', lena);
  const asks = async (person, name) => {
    await person.goto(`${origin}${many}/sign-up`);
    if (name === 'lena') await look('sign-up-asks', person);
    await person.fill('#name', name);
    await choose(how, person, PASSWORD);
    await send(person);
    await person.waitForURL(url => url.pathname.startsWith('/waiting/'));
    return person.url();
  };
  const waiting = await asks(lena, 'lena');
  await both('waiting', lena);
  await asks(otto, 'otto');
  await asks(await somebody(), 'zora');
  await lena.goto(`${origin}/sign-in`);
  await signIn('lena', PASSWORD, lena);
  check((await lena.locator('#password-error').count()) === 1, 'nobody is in before the yes');

  await page.goto(`${origin}/admin`);
  await look('admin-home-asked');
  await page.goto(`${origin}/admin/people`);
  await both('admin-people-asked');
  const answer = async (name, word) => {
    await page.locator('li', { has: page.locator('form[action*="/requests/"]'), hasText: name }).locator(`button[value=${word}]`).click();
    await page.waitForLoadState();
    check(await page.locator('.note.ok').isVisible(), `${word} to ${name}`);
  };
  await answer('lena', 'yes');
  await look('admin-people-yes');
  await answer('otto', 'no');
  await look('admin-people-no');
  imera(['settings', 'set', 'ask_first', 'off']);

  await lena.goto(waiting);
  await both('waiting-over', lena);
  await lena.locator('a.btn.main').click();
  await at('/sign-in', lena);
  await signIn('lena', PASSWORD, lena);
  await at('/welcome', lena);
  await otto.reload();
  await otto.locator('a.btn.main').click();
  await at('/sign-in', otto);
  await signIn('otto', PASSWORD, otto);
  check((await otto.locator('#password-error').count()) === 1, 'who was refused is not in');

  // lea has an account here, and mira is not in her list.
  const lea = await somebody();
  await lea.goto(`${origin}/sign-in?to=${many}`);
  await signIn('lea', 'four everyday words', lea);
  await at(many, lea);
  await both('invite-add', lea);
  await lea.locator('form[action$="/add"] button').click();
  await at(many, lea);
  check((await lea.locator('form[action$="/add"]').count()) === 0, 'lea and mira are contacts');
}
