// imera.js: makes good pages a little better; every page works without it.
// data-copy="ID"   copies that element's text      data-share   hands the link to the phone's share sheet
// data-show="ID"   shows or hides a password       data-live="seconds"   renews that region from the same address
// data-echo="ID"   says what is typed there       data-strength="ID"   says how good the password typed there is
(() => {
  'use strict';
  const page = document.documentElement;
  page.classList.add('js');
  const place = document.getElementById('say');
  const say = text => { if (place) place.textContent = text; };

  document.addEventListener('click', async event => {
    const button = event.target.closest('button[data-copy], button[data-share], button[data-show]');
    if (!button) return;
    const { copy, share, show, done } = button.dataset;
    if (show) {
      const field = document.getElementById(show);
      const hidden = field.type === 'password';
      field.type = hidden ? 'text' : 'password';
      button.setAttribute('aria-pressed', hidden);
      return;
    }
    const text = document.getElementById(copy || share).textContent.trim();
    try {
      if (share !== undefined && navigator.share) await navigator.share({ url: text });
      else await navigator.clipboard.writeText(text);
      say(done || place?.dataset.copied);
    } catch { /* the text stays selectable */ }
  });

  for (const echo of document.querySelectorAll('[data-echo]')) {
    const field = document.getElementById(echo.dataset.echo);
    const show = () => {
      const text = field.value.trim().toLowerCase().replace(/^[a-z]+:\/\//, '').replace(/^www\./, '').replace(/[/?#].*$/, '');
      echo.hidden = !text.includes('.');
      echo.querySelector('span').textContent = text;
    };
    field.addEventListener('input', show);
    show();
  }

  // As the server judges (accounts/passwords.rs), and never better: there is no list of well-known ones here, so only
  // what cannot stand in one is called good.
  const rows = 'abcdefghijklmnopqrstuvwxyz qwertyuiopasdfghjklzxcvbnm qwertzuiopasdfghjklyxcvbnm azertyuiopqsdfghjklmwxcvbn'
    + ' qazwsxedcrfvtgbyhnujmikolp qazxswedcvfrtgbnhyujm zaqxswcdevfrbgtnhymju qawsedrftgyhujikolp qazwsxedcrfvtgbyhnujm';
  const plain = text => text.toLowerCase().replace(/\s/gu, '');
  const stem = text => text.replace(/^\P{L}+|\P{L}+$/gu, '');
  const lettersOf = text => text.replace(/\P{L}/gu, '');
  const again = /^(.+)\1+$/u;
  const judge = (typed, about) => {
    const [signs, all] = [[...typed].length, plain(typed)];
    const letters = lettersOf(all);
    if (signs < 10) return '';
    const words = about.map(plain).flatMap(word => [word, word.split('.')[0], stem(word)]).filter(word => word.length > 1);
    const others = words.sort((a, b) => b.length - a.length).reduce((rest, word) => rest.split(word).join(''), all);
    const unknown = /[^a-z0-9_@$!]/u.test(stem(all)) || letters.length > 18 && !letters.includes('correcthorse');
    const easy = rows.includes(letters) || rows.includes([...letters].reverse().join('')) || again.test(all) || again.test(letters);
    if (!unknown || easy || lettersOf(others).length < 4 || new Set(all).size < 6) return 'fair';
    const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter(kind => kind.test(typed)).length;
    const score = signs + 2 * kinds;
    return score < 16 ? 'fair' : score < 22 ? 'good' : 'strong';
  };
  for (const place of document.querySelectorAll('[data-strength]')) {
    const field = document.getElementById(place.dataset.strength);
    field?.addEventListener('input', () => {
      const name = document.getElementById('name')?.value ?? '';
      const about = place.dataset.about.split('|').concat(name, name.split('@')[0]);
      place.textContent = place.dataset[judge(field.value, about)] ?? '';
    });
  }

  // The same page is asked again; only children whose data-state changed are put in, so focus and place stay.
  const renew = async region => {
    const reply = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' });
    if (!reply.ok) throw new Error(reply.status);
    if (reply.redirected) return location.assign(reply.url);
    const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html').getElementById(region.id);
    if (!fresh) return location.reload();
    for (const item of fresh.querySelectorAll('[id][data-state]')) {
      const old = document.getElementById(item.id);
      if (!old || old.dataset.state === item.dataset.state) continue;
      if (!old.contains(document.activeElement)) old.replaceWith(item);
      if (item.dataset.say) say(item.dataset.say);
    }
  };
  for (const region of document.querySelectorAll('[data-live]')) {
    let pause = Number(region.dataset.live) * 1000;
    const again = () => setTimeout(async () => {
      if (!document.hidden) {
        try { await renew(region); pause = Number(region.dataset.live) * 1000; }
        catch { pause = Math.min(pause * 2, 60000); say(place?.dataset.silent); }
      }
      again();
    }, pause);
    again();
  }
})();
