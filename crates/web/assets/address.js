// Makes the fields of an address quicker: each list follows the one above it at once, and can be searched without
// accents. The lists stay plain <select>s, so that keyboards and screen readers meet what they know; the search is a
// text field beside the list, whose finds are counted aloud. Without this file everything works by the buttons that it
// hides, and when a list cannot be fetched they come back.
(() => {
  'use strict';
  const part = document.querySelector('[data-address]');
  if (!part) return;
  const texts = part.dataset;
  const byId = (id) => document.getElementById(id);
  const eras = [...part.querySelectorAll('[name="address_era"]')];
  const shownEra = byId('address_era_shown');
  const districtTier = byId('district-tier');
  const newWardTier = byId('new-ward-tier');
  const today = byId('address-today');
  const byHand = [...part.querySelectorAll('[data-without-script]')];

  // As core's search_key.
  const fold = (text) =>
    text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
      .replace(/[đð]/gu, 'd').replace(/ƀ/gu, 'b').replace(/['\u2019\u2018\u02bc`]/gu, '')
      .replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  const findable = ([code, name]) => ({ code, name, key: ` ${fold(name)}` });

  const SEARCHABLE = 8;
  const NAMED = 3;

  // One <select>, all its places, and its search.
  class List {
    constructor(id) {
      this.select = byId(id);
      this.places = [...this.select.options].filter(({ value }) => value).map(({ value, text }) => findable([value, text]));
      this.prompt = this.select.options[0].text;
      // As the page was drawn; a browser that comes back may have chosen differently since.
      this.drawn = this.select.querySelector('option[selected]')?.value ?? '';
      const label = part.querySelector(`label[for="${id}"]`).textContent;
      this.search = document.createElement('div');
      this.search.className = 'search';
      this.typed = document.createElement('input');
      Object.assign(this.typed, { id: `${id}-find`, type: 'search', autocomplete: 'off', spellcheck: false, enterKeyHint: 'done' });
      this.typed.setAttribute('aria-controls', id);
      this.typed.setAttribute('aria-describedby', `${id}-find-hint`);
      const name = document.createElement('label');
      name.htmlFor = this.typed.id;
      name.textContent = texts.find;
      const ofWhat = document.createElement('span');
      ofWhat.className = 'unseen';
      ofWhat.textContent = `: ${label}`;
      name.append(ofWhat);
      const hint = document.createElement('p');
      Object.assign(hint, { id: `${id}-find-hint`, className: 'hint', textContent: texts.findHint });
      this.count = document.createElement('p');
      this.count.className = 'hint';
      this.count.setAttribute('role', 'status');
      this.search.append(name, hint, this.typed, this.count);
      this.select.before(this.search);
      this.typed.addEventListener('input', () => this.find());
      this.typed.addEventListener('keydown', (event) => {
        if (event.key === 'Escape' && this.typed.value) {
          event.preventDefault();
          this.forget();
        }
        // Enter in a field sends a form; here it takes what was found.
        if (event.key !== 'Enter' || event.isComposing) return;
        event.preventDefault();
        this.take();
      });
      this.ready();
    }

    get value() {
      return this.select.value;
    }

    // Other places to choose from, none chosen yet.
    fill(pairs, prompt) {
      this.places = pairs.map(findable);
      this.prompt = prompt;
      this.rest();
      this.select.value = '';
      this.forget();
      this.ready();
    }

    wait() {
      this.select.options[0].text = texts.loading;
      this.select.setAttribute('aria-busy', 'true');
    }

    rest() {
      this.select.options[0].text = this.prompt;
      this.select.removeAttribute('aria-busy');
    }

    ready() {
      this.search.hidden = this.places.length <= SEARCHABLE;
    }

    found() {
      const typed = fold(this.typed.value);
      return typed ? this.places.filter(({ key }) => key.includes(` ${typed}`)) : this.places;
    }

    // What is chosen stays in the list, found or not.
    draw(places) {
      const chosen = this.value;
      const options = places.map(({ code, name }) => new Option(name, code));
      const kept = this.places.find(({ code }) => code === chosen);
      if (kept && !places.includes(kept)) options.unshift(new Option(kept.name, kept.code));
      this.select.replaceChildren(this.select.options[0], ...options);
      this.select.value = chosen;
      this.drawn = this.value;
    }

    find() {
      const found = this.found();
      this.draw(found);
      if (!this.typed.value.trim()) {
        this.count.textContent = '';
        return;
      }
      const many = found.length === 1 ? texts.foundOne : texts.foundMany.replace('#', found.length);
      const named = found.slice(0, NAMED).map(({ name }) => name).join('; ');
      this.count.textContent = found.length ? `${many}: ${named}${found.length > NAMED ? '…' : ''}` : texts.foundNone;
    }

    take() {
      const [first] = this.found();
      if (!first || !this.typed.value.trim()) return;
      this.forget();
      this.select.value = first.code;
      this.select.dispatchEvent(new Event('change', { bubbles: true }));
      this.select.focus();
    }

    forget() {
      this.typed.value = '';
      this.count.textContent = '';
      this.draw(this.places);
    }
  }

  const province = new List('province_code');
  const district = new List('district_code');
  const ward = new List('ward_code');
  const newWard = new List('new_ward_code');

  const era = () => eras.find(({ checked }) => checked)?.value ?? '2025';
  const before = () => era() === '2004';

  const kept = new Map();
  const fetchList = (name) => {
    const address = `${before() ? texts.listsBefore : texts.listsToday}${name}.json`;
    if (!kept.has(address)) {
      const list = fetch(address).then((answer) => {
        if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
        return answer.json();
      });
      kept.set(address, list);
      list.catch(() => kept.delete(address));
    }
    return kept.get(address);
  };

  // Only the newest choice may fill lists; when its list cannot be had, the buttons are the way.
  let newest = 0;
  const follow = async (name, list, use) => {
    const turn = (newest += 1);
    list.wait();
    try {
      const got = await fetchList(name);
      if (turn === newest) use(got);
    } catch {
      if (turn === newest) showButtons();
    } finally {
      list.rest();
    }
  };

  function showButtons() {
    for (const button of byHand) button.hidden = false;
  }

  function tell(places) {
    newWard.fill(places.length > 1 ? places : [], texts.chooseOne);
    newWardTier.hidden = places.length < 2;
    if (!places.length) {
      today.replaceChildren();
      return;
    }
    // What appears is said aloud; the list says for itself what it is for, so its news is for ears alone.
    const news = document.createElement('p');
    news.className = places.length === 1 ? 'note' : 'unseen';
    news.textContent = places.length === 1 ? texts.today.replace('#', places[0][1]) : byId('new_ward_code-hint').textContent;
    today.replaceChildren(news);
  }

  function eraChosen() {
    districtTier.hidden = !before();
    for (const list of [province, district, ward]) list.fill([], texts.chooseProvinceFirst);
    tell([]);
    follow('provinces', province, (provinces) => {
      shownEra.value = era();
      province.fill(provinces, texts.chooseOne);
    });
  }

  function provinceChosen() {
    province.drawn = province.value;
    district.fill([], texts.chooseProvinceFirst);
    ward.fill([], before() && province.value ? texts.chooseDistrictFirst : texts.chooseProvinceFirst);
    tell([]);
    if (!province.value) {
      newest += 1;
      return;
    }
    follow(province.value, before() ? district : ward, ({ districts, wards }) => {
      if (before()) district.fill(districts.map(({ code, name }) => [code, name]), texts.chooseOne);
      else ward.fill(wards, texts.chooseOne);
    });
  }

  // The chosen district in the list of its province, with the names of today.
  const withDistrict = (list, use) =>
    follow(province.value, list, (units) => use(units.districts.find(({ code }) => code === district.value), units.today));

  function districtChosen() {
    district.drawn = district.value;
    ward.fill([], texts.chooseDistrictFirst);
    tell([]);
    if (!district.value) {
      newest += 1;
      return;
    }
    withDistrict(ward, (chosen, names) => {
      const none = !chosen?.wards.length;
      ward.fill(none ? [] : chosen.wards, none ? texts.noWards : texts.chooseOne);
      if (none) tell((chosen?.became ?? []).map((code) => [code, names[code]]));
    });
  }

  function wardChosen() {
    ward.drawn = ward.value;
    if (!before()) return;
    tell([]);
    if (!ward.value) return;
    withDistrict(ward, (chosen, names) => {
      const became = chosen?.wards.find(([code]) => code === ward.value)?.[2] ?? [];
      tell(became.map((code) => [code, names[code]]));
    });
  }

  for (const choice of eras) choice.addEventListener('change', eraChosen);
  province.select.addEventListener('change', provinceChosen);
  district.select.addEventListener('change', districtChosen);
  ward.select.addEventListener('change', wardChosen);
  for (const button of byHand) button.hidden = true;
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted || newest) return;
    // A browser that comes back puts choices into the form, but its lists are those that the page was drawn with.
    shownEra.value = texts.era;
    if (era() !== shownEra.value) eraChosen();
    else if (province.value !== province.drawn) provinceChosen();
    else if (district.value !== district.drawn) districtChosen();
    else if (ward.value !== ward.drawn) wardChosen();
  });
})();
