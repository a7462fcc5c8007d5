import { Canvas } from '../canvas.mjs';

export const folder = 'docs';

const DOWN = { from: 2.5, until: 6 };
/** Closed until ten failures in a row have ended in their timeouts, then open for two seconds at a time. */
const STATES = [
  { from: 0, to: 0.85, kind: 'good', text: 'closed', short: '' },
  { from: 0.85, to: 2.85, kind: 'bad', text: 'open' },
  { from: 2.85, to: 3.05, kind: 'warn' },
  { from: 3.05, to: 5.05, kind: 'bad', text: 'open' },
  { from: 5.05, to: 5.25, kind: 'warn' },
  { from: 5.25, to: 7.25, kind: 'bad', text: 'open' },
  { from: 7.25, to: 7.45, kind: 'warn' },
  { from: 7.45, to: 9, kind: 'good', text: 'closed' },
];

export function draw() {
  const canvas = new Canvas({
    title: 'One outage, without and with a circuit breaker',
    what: 'A drawing, not a measurement. Payments is slow for two and a half seconds, down for three and a half, and up again. Without a circuit breaker the orders that wait pile up to 75, and then every new order fails. With one the circuit opens within a second, sends a few trial calls, and closes two seconds after the return at most.',
    until: 9,
  });
  canvas.lane(38, 'Payments');
  canvas.bar({ y: 38, from: 0, to: DOWN.from, kind: 'warn', text: 'slow: 3 s an answer', short: 'slow' });
  canvas.bar({ y: 38, from: DOWN.from, to: DOWN.until, kind: 'bad', text: 'down: 503' });
  canvas.bar({ y: 38, from: DOWN.until, to: 9, kind: 'good', text: 'up' });
  canvas.moment(DOWN.from, 54, 252);
  canvas.moment(DOWN.until, 54, 252);
  canvas.lane(132, 'Without', 'orders that wait', 64);
  // Thirty a second wait for three seconds each; the last of them leave when payments has been down for that long.
  const waiting = [0, 75, 75, 0].map((orders, i) => [[0, 2.5, 3, 5.5][i], orders / 75]);
  canvas.curve({ y: 176, height: 84, points: waiting, kind: 'bad', filled: true });
  canvas.rule(176);
  canvas.note({ at: 2.75, y: 86, text: '75 wait at once', anchor: 'middle', kind: 'bad' });
  canvas.note({ at: 4.4, y: 122, text: 'and every new order fails', short: 'new orders fail', kind: 'bad' });
  canvas.note({ at: 6.15, y: 168, text: 'orders succeed again', short: 'all is well again', kind: 'good' });
  canvas.lane(236, 'With', 'the circuit', 44);
  for (const state of STATES) canvas.bar({ y: 236, ...state });
  canvas.note({ at: 2.95, y: 214, text: 'trial: down', anchor: 'middle', kind: 'warn' });
  canvas.note({ at: 5.15, y: 214, text: 'trial: down', anchor: 'middle', kind: 'warn' });
  canvas.note({ at: 7.35, y: 214, text: 'trial: well again', short: 'trial: up', anchor: 'middle', kind: 'good' });
  canvas.note({
    at: 4.05,
    y: 272,
    text: 'refused at once, with the time to come back; payments is left in peace',
    short: 'refused at once; payments is left in peace',
    anchor: 'middle',
  });
  canvas.axis(
    292,
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => [at, `${at} s`]),
  );
  return canvas;
}
