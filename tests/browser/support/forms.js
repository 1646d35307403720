// Forms as a person meets them: controls by their stable ids, the button that carries the form.

export async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) await page.locator(`#${name}`).fill(value);
}

// Presses the main button of the form that holds `control`; it has the stable id `submit` on every page.
export async function press(page, control) {
  const form = page.locator('form', { has: page.locator(`[name="${control}"]`) }).first();
  await form.locator('#submit').click();
  await page.waitForLoadState('load');
}

// Without JavaScript each list comes with the next answer: choose, press its button. With it the buttons are gone and the
// lists come at once. A `district` means an address as it was written before July 2025.
export async function chooseAddress(page, { province, district, ward }) {
  if (district) {
    await page.locator('#address_era-2004').check();
    await follow(page, 'choose_era', 'province_code');
  }
  await choose(page.locator('#province_code'), province);
  await follow(page, 'choose_province', district ? 'district_code' : 'ward_code');
  if (district) {
    await choose(page.locator('#district_code'), district);
    await follow(page, 'choose_district', 'ward_code');
  }
  await choose(page.locator('#ward_code'), ward);
}

async function follow(page, button, list) {
  if (await page.locator(`#${button}`).isVisible()) {
    await page.locator(`#${button}`).click();
    await page.waitForLoadState('load');
  } else {
    await filled(page, list);
  }
}

// Until the script has fetched a list and put it in.
export async function filled(page, list) {
  await page.locator(`#${list}:not([aria-busy]) option[value]:not([value=""])`).first().waitFor({ state: 'attached' });
}

async function choose(select, label) {
  const options = await select.locator('option').evaluateAll((all) => all.map(({ value, label: text }) => ({ value, text })));
  const real = options.filter(({ value }) => value !== '');
  if (real.length === 0) throw new Error('the list is empty');
  const wanted = real.find(({ text }) => label.test(text)) ?? real[0];
  await select.selectOption(wanted.value);
}

// Lets an incomplete form through to the server, whose answer is what we look at.
export async function skipBrowserChecks(page) {
  await page.locator('form').evaluateAll((forms) => forms.forEach((form) => form.setAttribute('novalidate', '')));
}
