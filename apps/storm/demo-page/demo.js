const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

async function post(path, body) {
  await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-demo': '1' },
    body: JSON.stringify(body),
  });
}

/** The values of the sliders of one service. */
function valuesOf(fieldset) {
  const values = all('input', fieldset).map((input) => [
    input.name,
    input.type === 'checkbox' ? input.checked : Number(input.value),
  ]);
  return Object.fromEntries(values);
}

/** Writes the values beside their sliders. */
function label(fieldset) {
  for (const input of all('input[type=range]', fieldset)) {
    $('output', input.parentElement).textContent = shown(input.name, Number(input.value));
  }
  const { hang, lateMs, errors } = valuesOf(fieldset);
  fieldset.toggleAttribute('data-ill', hang || lateMs > 0 || errors > 0);
}

/** Tells the server how the sliders stand. */
function send(fieldset) {
  label(fieldset);
  const { service } = fieldset.dataset;
  const values = valuesOf(fieldset);
  return service === 'customers' ? post('/rate', values) : post('/faults', { service, ...values });
}

/** Sets the sliders as another page has left them. */
function adopt({ perSecond, sliders }) {
  for (const [service, values] of Object.entries({ customers: { perSecond }, ...sliders })) {
    const fieldset = $(`fieldset[data-service=${service}]`);
    for (const [name, value] of Object.entries(values)) {
      const input = $(`[name=${name}]`, fieldset);
      if (input.type === 'checkbox') input.checked = value;
      else input.value = value;
    }
    label(fieldset);
  }
}

function shown(name, value) {
  if (name === 'errors') return `${Math.round(value * 100)} %`;
  if (name === 'perSecond') return String(value);
  return value < 1000 ? `${value} ms` : `${value / 1000} s`;
}

for (const fieldset of all('fieldset')) {
  let timer;
  fieldset.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => send(fieldset), 120);
  });
}

$('#heal').addEventListener('click', () => {
  for (const fieldset of all('fieldset:not([data-service=customers])')) {
    for (const input of all('input', fieldset)) {
      input.checked = false;
      if (input.type === 'range') input.value = 0;
    }
    void send(fieldset);
  }
});

const ms = (value) => (value === undefined ? '–' : value < 1000 ? `${value} ms` : `${(value / 1000).toFixed(1)} s`);

function show(id, { accepted, turnedAway, unanswered, p50, p95, seconds }, most) {
  const article = document.getElementById(id);
  const total = accepted + turnedAway + unanswered;
  $('.share', article).textContent = total === 0 ? '–' : `${Math.floor((accepted / total) * 100)} %`;
  article.toggleAttribute('data-ill', total > 0 && accepted / total < 0.9);
  $('dl', article).replaceChildren(
    ...Object.entries({
      accepted,
      'turned away': turnedAway,
      'waited in vain': unanswered,
      'half wait': ms(p50),
      '95 in 100 wait': ms(p95),
    }).map(([term, value]) => {
      const [row, dt, dd] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
      dt.textContent = term;
      dd.textContent = value;
      row.append(dt, dd);
      return row;
    }),
  );
  $('.bars', article).replaceChildren(
    ...seconds.map(([good, others]) => {
      const bar = document.createElement('span');
      for (const [count, name] of [
        [others, 'lost'],
        [good, 'good'],
      ]) {
        const part = document.createElement('i');
        part.className = name;
        part.style.height = `${(count / most) * 88}px`;
        bar.append(part);
      }
      return bar;
    }),
  );
}

async function refresh() {
  try {
    const state = await (await fetch('/state')).json();
    $('#dashboard').href = state.dashboardUrl;
    const sums = [...state.unprotected.seconds, ...state.protected.seconds].map(([good, others]) => good + others);
    const most = Math.max(10, ...sums);
    show('unprotected', state.unprotected, most);
    show('protected', state.protected, most);
  } catch {
    document.title = 'Breakwater: the demo has ended';
  }
  setTimeout(refresh, 500);
}

adopt(await (await fetch('/state')).json());
void refresh();
