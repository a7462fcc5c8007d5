/** Makes things go wrong at the press of a button, and says what to look at then. */

import { setAll } from './sliders.js';

const SCENES = [
  {
    name: 'Email hangs',
    faults: { email: { hang: true } },
    watch:
      'On the left every order waits for its email, and customers leave without one. On the right the circuit of email ' +
      'opens after five calls: orders go through at once, and their confirmations wait as jobs. Heal everything, and ' +
      'each of them is sent, once.',
  },
  {
    name: 'A quarter of the charges fail',
    faults: { payments: { errors: 0.25 } },
    watch:
      'On the left every fourth customer is turned away. On the right a charge that failed is tried again after a short ' +
      'pause. It carries the same key each time, so that no card is charged twice.',
  },
  {
    name: 'Payments hangs',
    faults: { payments: { hang: true } },
    watch:
      'No shop can charge now. On the left customers wait in vain. On the right the circuit opens, and they are told at ' +
      'once when to come back. Heal everything: a few trial calls close the circuit. After a long outage the left stays ' +
      'stuck until its last calls come back.',
  },
  {
    name: 'The catalog is down',
    faults: { catalog: { errors: 1 } },
    watch:
      'On the left no page shows a price, and there is nothing to order. On the right each page shows the price that was ' +
      'last known, and says that it is an old one.',
  },
  {
    name: 'The CRM is down',
    faults: { crm: { errors: 1 } },
    watch:
      'No customer notices. On the right the orders for the CRM wait while its circuit is open, and go out at its pace ' +
      'once it is back. On the left they are tried in vain until they count as dead.',
  },
];

const CALM = 'All third parties are well.';

/** Makes a button for each scene, and one that ends them all. `say` shows what to look at. */
export function makeScenes(place, say) {
  const heal = { name: 'Heal everything', faults: {}, watch: CALM };
  for (const { name, faults, watch } of [...SCENES, heal]) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    if (watch === CALM) button.className = 'heal';
    button.addEventListener('click', () => {
      say(watch);
      void setAll(faults);
    });
    place.append(button);
  }
}
