import { Canvas } from '../canvas.mjs';

const DOWN = { from: 2, until: 8 };
/** From when to when the circuit is in which state: open for 2 s, then for 4 s. */
const STATES = [
  { from: 0, to: 3, kind: 'good', text: 'closed' },
  { from: 3, to: 5, kind: 'bad', text: 'open, 2 s' },
  { from: 5, to: 5.3, kind: 'warn', text: '' },
  { from: 5.3, to: 9.3, kind: 'bad', text: 'open again, 4 s' },
  { from: 9.3, to: 9.8, kind: 'warn', text: '' },
  { from: 9.8, to: 11.6, kind: 'calm', text: 'ramp' },
  { from: 11.6, to: 13, kind: 'good', text: 'closed' },
];

export function draw() {
  const canvas = new Canvas({
    title: 'A circuit breaker while its provider is down',
    what: 'The provider is down from second 2 to second 8. After four failures in a row the circuit opens, and calls are refused without reaching the provider. After two seconds one trial call fails, and the circuit is open for four seconds. Then three trial calls succeed; a growing share of the calls is let through until the circuit is closed.',
    until: 13,
  });
  canvas.lane(38, 'Provider');
  canvas.bar({ y: 38, from: 0, to: DOWN.from, kind: 'good', text: 'up' });
  canvas.bar({ y: 38, ...DOWN, to: DOWN.until, kind: 'bad', text: 'down' });
  canvas.bar({ y: 38, from: DOWN.until, to: 13, kind: 'good', text: 'up' });
  canvas.lane(96, 'Circuit');
  for (const state of STATES) canvas.bar({ y: 96, ...state });
  canvas.note({ at: 5.15, y: 74, text: 'half-open: fails', anchor: 'middle', kind: 'warn' });
  canvas.note({ at: 9.55, y: 74, text: 'half-open: succeeds', anchor: 'middle', kind: 'warn' });
  canvas.lane(156, 'Calls', 'hollow: refused at once');
  canvas.calls(156, calls());
  canvas.note({ at: 2.5, y: 136, text: '4 failures', anchor: 'middle', kind: 'bad' });
  canvas.note({
    at: 7,
    y: 136,
    text: 'nothing is sent, and callers know when to come back',
    short: 'nothing is sent',
    anchor: 'middle',
  });
  canvas.axis(
    200,
    [0, 2, 4, 6, 8, 10, 12].map((at) => [at, `${at} s`]),
  );
  return canvas;
}

/** Four calls a second, and the trial calls. */
function calls() {
  const all = Array.from({ length: 52 }, (_, i) => ({ at: 0.125 + i / 4, number: i }));
  let share = 0;
  return all.map(({ at }) => {
    if (at < DOWN.from) return { at, kind: 'good' };
    if (at < 3) return { at, kind: 'bad' };
    if (at > 5 && at < 5.2) return { at, kind: 'bad' };
    if (at < 9.3) return { at, kind: 'soft', hollow: true };
    if (at < 9.9) return { at, kind: 'good' };
    // The ramp lets a share through that grows from a tenth.
    share += Math.min(1, 0.1 + (0.9 * (at - 9.8)) / 1.8);
    if (share < 1) return { at, kind: 'soft', hollow: true };
    share -= 1;
    return { at, kind: 'good' };
  });
}
