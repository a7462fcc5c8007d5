import { Canvas } from '../canvas.mjs';

const SLOT = 50;

export function draw() {
  const canvas = new Canvas({
    title: 'Retries with backoff and jitter, and under Retry-After',
    what: 'One call: the first attempt ends with a 503, and the second begins after a random part of 400 ms. It is answered with 429 and Retry-After of one second, so that the third begins no sooner than that, and succeeds. Below, a hundred callers that have failed together: without jitter they come back together, with full jitter they are spread over the wait.',
    until: 2000,
  });
  canvas.lane(40, 'One call', 'its attempts');
  canvas.bar({ y: 44, from: 0, to: 140, kind: 'bad', text: '503' });
  canvas.bar({ y: 44, from: 140, to: 340, dashed: true, height: 14 });
  canvas.note({ at: 140, y: 80, text: 'a random part of 400 ms', short: 'a random part' });
  canvas.bar({ y: 44, from: 340, to: 480, kind: 'warn', text: '429' });
  canvas.bar({ y: 44, from: 480, to: 1490, dashed: true, height: 14 });
  canvas.note({ at: 1490, y: 80, text: 'Retry-After: 1, so not sooner', short: 'Retry-After: 1', anchor: 'end' });
  canvas.bar({ y: 44, from: 1490, to: 1660, kind: 'good', text: '200' });
  canvas.lane(140, 'No jitter', '100 callers', 36);
  bars(canvas, 162, [
    [0, 100],
    [400, 100],
    [1200, 100],
  ]);
  canvas.lane(226, 'Full jitter', 'the same 100', 36);
  bars(canvas, 246, [[0, 100], ...spread()]);
  canvas.note({ at: 1980, y: 136, text: 'they come back together', short: 'all together', anchor: 'end', kind: 'bad' });
  canvas.note({ at: 1980, y: 222, text: 'chance spreads them', anchor: 'end', kind: 'good' });
  canvas.axis(
    268,
    [0, 400, 800, 1200, 1600, 2000].map((at) => [at, `${at} ms`]),
  );
  return canvas;
}

function bars(canvas, y, counts) {
  for (const [at, count] of counts) {
    const height = Math.max(2, count * 0.56);
    canvas.bar({ y: y - height / 2, from: at, to: at + SLOT - 4, kind: 'calm', height });
  }
}

/** How many of a hundred begin in each slot, where their waits are anything from 0 to 400 and from 0 to 800 ms. */
function spread() {
  const counts = new Map();
  const count = (at) => {
    const slot = Math.floor(at / SLOT) * SLOT + SLOT;
    counts.set(slot, (counts.get(slot) ?? 0) + 1 / 25);
  };
  for (let first = 4; first < 400; first += 8) {
    for (let second = 8; second < 800; second += 16) [first, first + second].forEach(count);
  }
  return [...counts].toSorted(([a], [b]) => a - b);
}
