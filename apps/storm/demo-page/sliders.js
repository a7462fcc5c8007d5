/** The sliders by which third parties are made ill. */

const PARTIES = [
  { party: 'catalog', name: 'Catalog', role: 'has the prices, over GraphQL', instead: 'the price last known is shown' },
  { party: 'inventory', name: 'Inventory', role: 'reserves baskets, over gRPC' },
  { party: 'payments', name: 'Payments', role: 'charges the card' },
  { party: 'email', name: 'Email', role: 'confirms the order' },
  { party: 'crm', name: 'CRM', role: 'gets the orders, 20 a second' },
];

export const WELL = { lateMs: 0, errors: 0, hang: false };

const $ = (selector, root = document) => root.querySelector(selector);
const inputs = (fieldset) => [...fieldset.querySelectorAll('input')];
const fieldsetOf = (party) => $(`fieldset[data-party=${party}]`);

/** Makes a row for each third party. `say` shows what to look at once a slider was moved by hand. */
export function makeRows(say) {
  for (const { party, name, role } of PARTIES) {
    const row = $('#party').content.cloneNode(true);
    $('section', row).dataset.row = party;
    $('section', row).setAttribute('aria-label', name);
    $('fieldset', row).dataset.party = party;
    $('legend', row).textContent = name;
    $('.role', row).textContent = role;
    $('#parties').append(row);
  }
  for (const fieldset of document.querySelectorAll('fieldset')) {
    label(fieldset);
    let timer;
    fieldset.addEventListener('input', () => {
      label(fieldset);
      const moved = PARTIES.find(({ party }) => party === fieldset.dataset.party);
      if (moved !== undefined) say(watchOf(moved, valuesOf(fieldset)));
      clearTimeout(timer);
      timer = setTimeout(() => send(fieldset), 120);
    });
  }
}

/** Sets sliders as a scene wants them, and tells the server. Third parties that it does not name are well. */
export async function setAll(faults) {
  await Promise.all(PARTIES.map(({ party }) => send(set(party, { ...WELL, ...faults[party] }))));
}

/** Sets the sliders as another page has left them. */
export function adopt({ perSecond, sliders }) {
  for (const [party, values] of Object.entries({ customers: { perSecond }, ...sliders })) set(party, values);
}

function set(party, values) {
  const fieldset = fieldsetOf(party);
  for (const input of inputs(fieldset)) {
    const value = values[input.name];
    if (input.type === 'checkbox') input.checked = value;
    else input.value = value;
  }
  label(fieldset);
  return fieldset;
}

/** Writes the values beside their sliders, and has them read as they are written. */
function label(fieldset) {
  for (const input of inputs(fieldset).filter(({ type }) => type === 'range')) {
    const text = shown(input.name, Number(input.value));
    $('.value', input.parentElement).textContent = text;
    input.setAttribute('aria-valuetext', text);
  }
  const { hang, lateMs, errors } = valuesOf(fieldset);
  fieldset.toggleAttribute('data-ill', hang || lateMs > 0 || errors > 0);
}

async function send(fieldset) {
  const { party } = fieldset.dataset;
  await fetch(party === 'customers' ? '/rate' : '/faults', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-demo': '1' },
    body: JSON.stringify({ party, ...valuesOf(fieldset) }),
  });
}

/** Says what to look at. Without numbers, which would be read aloud at each step of a slider. */
function watchOf({ name, instead = 'they are tried again' }, { lateMs, errors, hang }) {
  const row = 'Its row below shows what becomes of its part in each shop.';
  if (hang) return `${name} does not answer. On the right calls are aborted in time, until the circuit opens. ${row}`;
  if (errors === 1) return `${name} fails every call. On the right the circuit opens, and few are sent to it. ${row}`;
  if (errors > 0) return `${name} fails some of the calls. On the right ${instead}. ${row}`;
  if (lateMs > 0) return `${name} answers late. Customers wait for two and a half seconds at each step. ${row}`;
  return `${name} is well again.`;
}

function valuesOf(fieldset) {
  return Object.fromEntries(
    inputs(fieldset).map(({ name, type, checked, value }) => [name, type === 'checkbox' ? checked : Number(value)]),
  );
}

function shown(name, value) {
  if (name === 'errors') return `${Math.round(value * 100)} %`;
  if (name === 'perSecond') return `${value} a second`;
  return value < 1000 ? `${value} ms` : `${value / 1000} s`;
}
