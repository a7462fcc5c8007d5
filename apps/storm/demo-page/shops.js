/** Shows what becomes of the customers in the two shops. */

const $ = (selector, root = document) => root.querySelector(selector);
const BAR_PX = 88;
/** Below this share of served customers, a shop counts as ill. */
const WELL_SHARE = 0.9;

const percent = (part, whole) => `${Math.floor((part / whole) * 100)} %`;
const time = (ms) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

/** Sets a text only where it is another one, so that no selection and no screen reader is disturbed. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function showShop(id, shop, most) {
  const { served, turnedAway, unanswered, p50, p95, seconds } = shop;
  const article = document.getElementById(id);
  const total = served + turnedAway + unanswered;
  write($('.share', article), total === 0 ? '–' : percent(served, total));
  article.toggleAttribute('data-ill', total > 0 && served / total < WELL_SHARE);
  showBars($('.bars', article), seconds, most);
  const facts = {
    served,
    'turned away': turnedAway,
    'left without an answer': unanswered,
    'half are done within': p50 === undefined ? '–' : time(p50),
    '95 in 100 within': p95 === undefined ? '–' : time(p95),
  };
  showFacts($('dl', article), facts);
  for (const party of Object.keys(RESULTS)) showParty(party, id, shop);
}

function showBars(place, seconds, most) {
  if (place.children.length !== seconds.length) {
    const bars = seconds.map(() => {
      const bar = document.createElement('span');
      bar.append(...['lost', 'good'].map((name) => Object.assign(document.createElement('i'), { className: name })));
      return bar;
    });
    place.replaceChildren(...bars);
  }
  seconds.forEach(([good, others], i) => {
    const [lost, served] = place.children[i].children;
    lost.style.height = `${(others / most) * BAR_PX}px`;
    served.style.height = `${(good / most) * BAR_PX}px`;
  });
  const [good, others] = [0, 1].map((at) => seconds.reduce((sum, second) => sum + second[at], 0));
  place.setAttribute('aria-label', `Customers of the last ten seconds: ${good} served, ${others} not`);
}

function showFacts(list, facts) {
  const entries = Object.entries(facts);
  if (list.children.length !== entries.length) {
    list.replaceChildren(
      ...entries.map(([term]) => {
        const [row, dt, dd] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
        dt.textContent = term;
        row.append(dt, dd);
        return row;
      }),
    );
  }
  entries.forEach(([, value], i) => write($('dd', list.children[i]), String(value)));
}

/** How one third party's part is done: a number, what it counts, a remark, and which of the two is bad. */
const RESULTS = {
  catalog: ({ steps }) => share(steps.catalog, 'of the pages shown', old(steps.catalog)),
  inventory: ({ steps }) => share(steps.inventory, 'of the baskets filled'),
  payments: ({ steps }) => share(steps.payments, 'of the orders taken'),
  email: ({ jobs }) => waiting(jobs.email, 'confirmations wait'),
  crm: ({ jobs }) => waiting(jobs.crm, 'orders wait'),
};

function share({ tried, done, p50 }, what, remark) {
  if (tried === 0) return { number: '–', what: 'no customer comes as far', note: '' };
  const note = [remark, p50 === undefined ? undefined : `half within ${time(p50)}`].filter(Boolean).join(', ');
  return { number: percent(done, tried), what, note, isIll: done / tried < WELL_SHARE };
}

function old({ stale, done }) {
  return stale === 0 ? undefined : `${percent(stale, done)} with the price last known`;
}

function waiting(jobs, what) {
  if (jobs === undefined) return { number: '–', what, note: '' };
  const note = jobs.dead === 0 ? 'none is lost' : `${jobs.dead} were tried in vain`;
  return { number: String(jobs.waiting), what, note, hasDead: jobs.dead > 0 };
}

function showParty(party, id, shop) {
  const cell = $(`[data-row=${party}] [data-shop=${id}]`);
  const { number, what, note, isIll = false, hasDead = false } = RESULTS[party](shop);
  write($('.result b', cell), number);
  write($('.result span', cell), what);
  write($('.note', cell), note);
  cell.toggleAttribute('data-ill', isIll);
  cell.toggleAttribute('data-dead', hasDead);
  const badge = $('.circuit', cell);
  const circuit = shop.circuits[party];
  if (badge === null) return;
  badge.hidden = circuit === undefined;
  if (circuit === undefined) return;
  badge.dataset.state = circuit.state;
  write($('span', badge), CIRCUITS[circuit.state](circuit));
}

const CIRCUITS = {
  closed: () => 'circuit closed',
  open: ({ openForMs = 0 }) => `circuit open, ${time(Math.round(openForMs / 100) * 100)} left`,
  'half-open': () => 'circuit half-open, on trial',
};
