// Certificates with Chromium: the owner's page, one brought along in files and pasted, what is wrong with others, and how
// devices come to trust a place at home. What is brought is made with openssl in SCRATCH.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { SCRATCH } = process.env;
const openssl = (...words) => execFileSync('openssl', words, { cwd: SCRATCH, stdio: 'pipe' });
const key = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

// NAME.pem and NAME.key for a domain, and NAME-root.pem of who signed it.
const certificate = (name, domain, days) => {
  openssl(...key, '-keyout', `${name}-root.key`, '-out', `${name}-root.pem`, '-subj', '/O=An authority/CN=Root', '-days', '900');
  openssl(...key, '-CA', `${name}-root.pem`, '-CAkey', `${name}-root.key`, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', '/CN=leaf',
    '-days', days, '-addext', `subjectAltName=DNS:${domain},DNS:conference.${domain}`, '-addext', 'basicConstraints=critical,CA:FALSE');
};
const file = name => join(SCRATCH, name);

// The owner is signed in; what is served afterwards is what was served before.
export async function certificates({ page, origin, look, both, check, how }) {
  const english = how !== 'mirrored';
  // A look leaves all folds open.
  const open = async fold => { if ((await page.locator(`${fold}:not([open])`).count()) === 1) await page.locator(`${fold} > summary`).click(); };
  const send = async () => {
    await Promise.all([page.waitForResponse(reply => reply.request().method() === 'POST'), page.locator('#bring form button.main').click()]);
    await page.waitForLoadState();
  };
  await page.goto(`${origin}/admin`);
  await page.locator('a[href="/admin/certificate"]').first().click();
  await page.waitForURL('**/admin/certificate');
  await both('certificate');
  certificate('good', 'beach.example', '90');
  certificate('other', 'lake.example', '90');
  certificate('soon', 'beach.example', '5');
  await open('#bring');
  await page.setInputFiles('#chain', [file('good.pem')]);
  await page.setInputFiles('#key', file('other.key'));
  await send();
  check((await page.locator('#errors').count()) === 1 && (await page.locator('#chain[aria-invalid]').count()) === 1, 'another key is refused');
  await look('certificate-wrong');
  await page.setInputFiles('#chain', [file('good.pem'), file('good-root.pem')]);
  await page.setInputFiles('#key', file('good.key'));
  await send();
  check(new URL(page.url()).search === '?n=brought', 'it is served');
  if (english) check((await page.locator('.body').innerText()).includes('An authority'), 'who vouches for it is named');
  await both('certificate-good');
  await open('#bring');
  await open('#bring details');
  await page.fill('#pasted', ['soon.key', 'soon.pem', 'soon-root.pem'].map(name => readFileSync(file(name), 'utf8')).join(''));
  await send();
  await look('certificate-soon');
  await open('details:has(form[action="/admin/certificate/automatic"])');
  await page.locator('form[action="/admin/certificate/automatic"] button').click();
  await page.waitForURL('**/admin/certificate?n=automatic');
  await look('certificate-automatic');
  await page.goto(`${origin}/admin/records`);
  await both('admin-records');
}

// A place at home.
export async function trust({ page, origin, both, check, somebody, look }) {
  const iphone = await somebody('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1');
  await iphone.goto(`${origin}/trust`);
  check((await iphone.locator('details[open]').count()) === 1, 'its own steps stand open');
  await look('trust-iphone', iphone);
  await page.goto(`${origin}/trust`);
  await both('trust');
  await page.goto(`${origin}/admin/certificate`);
  await both('certificate-home');
}
