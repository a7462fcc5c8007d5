import { makeScenes } from './scenes.js';
import { showShop } from './shops.js';
import { adopt, makeRows } from './sliders.js';

const $ = (selector) => document.querySelector(selector);
const EVERY_MS = 500;

/** Says whether what is shown is the machine's doing. Without numbers, which would be read aloud at each change. */
function tellOfMachine({ isOverloaded }) {
  const text = isOverloaded
    ? 'This machine is overloaded, so do not believe these numbers yet: programs wait for its processor, and even what ' +
      'is well answers late. Both shops lose customers for that, and timeouts and circuits take it for the doing of the ' +
      'third parties. Close other programs, or let fewer customers come.'
    : '';
  const place = $('#machine');
  if (place.textContent !== text) place.textContent = text;
}

/** The circuits as they were last told to those who do not see them. */
const told = new Map();

function tellOfCircuits(circuits) {
  const changed = Object.entries(circuits).filter(([party, { state }]) => told.get(party) !== state);
  for (const [party, { state }] of changed) told.set(party, state);
  // A circuit on trial is open again or closed within a moment: that is worth telling.
  const news = changed.filter(([, { state }]) => state !== 'half-open');
  if (news.length > 0) {
    $('#spoken').textContent = news.map(([party, { state }]) => `the circuit of ${party} is ${state}`).join(', ');
  }
}

async function refresh() {
  try {
    const state = await (await fetch('/state')).json();
    const sums = [...state.unprotected.seconds, ...state.protected.seconds].map(([good, others]) => good + others);
    const most = Math.max(10, ...sums);
    showShop('unprotected', state.unprotected, most);
    showShop('protected', state.protected, most);
    tellOfCircuits(state.protected.circuits);
    tellOfMachine(state.machine);
    document.body.toggleAttribute('data-ended', false);
  } catch {
    document.body.toggleAttribute('data-ended', true);
    $('#watch').textContent = 'The demo has ended. Start it again with npm start, and load this page anew.';
  }
  setTimeout(refresh, EVERY_MS);
}

function showDashboard(isShown) {
  $('#dashboard').hidden = !isShown;
  $('#toggle').textContent = isShown ? 'Hide the dashboard' : 'Show the dashboard';
  $('#toggle').setAttribute('aria-expanded', String(isShown));
}

const watch = (text) => {
  if ($('#watch').textContent !== text) $('#watch').textContent = text;
};
makeRows(watch);
makeScenes($('.scenes'), watch);
$('#toggle').addEventListener('click', () => showDashboard($('#dashboard').hidden));
const state = await (await fetch('/state')).json();
adopt(state);
$('#dashboard a').href = state.dashboardUrl;
$('#dashboard iframe').src = state.dashboardUrl;
void refresh();
