// The page of the domain's records with Chromium, in every state: no internet, waiting, found, copied, wrong, and what is
// wrong with a domain as a whole. DNS_PORT: where the server asks. Nobody answers there until we do.
import { world } from './web_dns.mjs';

export async function records({ page, origin, how, address, look, both, send, at, check }) {
  await page.goto(address);
  await send();
  await at('/setup/start');
  await send();
  await at('/setup/who');
  const seen = page.locator('#sum:has-text("Last look")');
  // The page of a domain, once it was looked at.
  const of = async (kind, domain) => {
    await page.goto(`${origin}/setup/who`);
    await page.check(`[value=${kind}]`);
    await send();
    await at('/setup/name');
    await page.fill('#domain', domain);
    if (kind === 'web-elsewhere') await page.fill('#host', '');
    await send();
    await at('/setup/records');
    await page.goto(`${origin}/setup/records`);
    for (let tries = 0; tries < 30 && !(await seen.count()); tries += 1) await page.goto(`${origin}/setup/records`);
  };
  const chips = async () => (await page.locator('.rows .chip:not(.off)').allInnerTexts()).join(', ');
  const says = async (what, ...words) => {
    const text = `${await page.locator('#live').innerText()} ${await page.locator('.go').innerText()}`;
    for (const word of words) check(text.includes(word), `${what}: ${word}`);
  };

  await of('internet', 'beach.example');
  await says('offline', 'This machine has no internet', 'Could not look', 'Continue while we wait');
  await both('records-offline');

  const dns = await world(Number(process.env.DNS_PORT));
  for (const domain of ['new.example', 'all.example', 'copied.example', 'old.example', 'ill.example']) dns.zone(domain);
  await of('web-elsewhere', 'new.example');
  await says('waiting', '0 of 3 found', 'these 3 records', 'Nice to have', '_xmpps-client._tcp.new.example', 'Proof that the domain is yours');
  await both('records-waiting');

  // Behind a router nobody here knows the machine's address, and any of the internet will do.
  const known = page.locator('#r-a-0-v');
  const ours = (await known.count()) ? await known.innerText() : '203.0.113.7';
  dns.put(`chat.all.example A ${ours}`);
  dns.put('_xmpp-client._tcp.all.example SRV 0 5 5222 chat.all.example');
  dns.put('_xmpps-client._tcp.all.example SRV 0 5 443 chat.all.example');
  await of('web-elsewhere', 'all.example');
  check(!(await chips()).includes('Waiting'), `found: ${await chips()}`);
  await both('records-found');

  dns.put(`copied.example A ${ours}`, 2);
  dns.put('_xmpps-client._tcp.copied.example SRV 0 5 443 copied.example');
  await of('internet', 'copied.example');
  await says('copied', 'Found on 1 of 2', 'still copying');
  await both('records-copied');

  dns.put('old.example A 192.168.1.4');
  dns.put('old.example AAAA fe80::1');
  dns.put('_xmpp-client._tcp.old.example SRV 0 5 5222 chat.elsewhere.example');
  dns.put('_xmpps-client._tcp.old.example SRV 0 0 0 .');
  dns.put('old.example CAA other.example');
  await of('internet', 'old.example');
  await says('wrong', 'Wrong value', 'We found 192.168.1.4.', 'We found chat.elsewhere.example. That chat server is not', 'other.example alone');
  await both('records-wrong');

  await of('internet', 'nobody.example');
  await says('nobody', 'Nobody has registered nobody.example yet');
  await look('records-nobody');

  dns.put('ill.example A 104.21.3.4');
  dns.silence(2);
  await of('internet', 'ill.example');
  await says('lame', 'ns2.ill.example: no answer', 'Traffic goes through Cloudflare first');
  await look('records-lame');

  if (how !== 'plain') {
    // Somebody saves the record at the provider, and looks on.
    await of('internet', 'new.example');
    check((await page.locator('#r-a-0.wait').count()) === 1, 'it waits');
    dns.put(`new.example A ${ours}`);
    await page.locator('#r-a-0.ok').waitFor();
    check((await page.locator('#say').innerText()) === 'The machine: Found', `it is said: ${await page.locator('#say').innerText()}`);
  }
  await page.goto(`${origin}/setup/records.txt`);
  check((await page.locator('body').innerText()).includes('_xmpps-client.'), 'the list as text');
  await page.goto(`${origin}/setup/records`);
  await send();
  await at('/setup/owner');
}
