import { Canvas } from '../canvas.mjs';

export function draw() {
  const canvas = new Canvas({
    title: 'The life of an answer in the cache',
    what: 'For ttl an answer is fresh, and given without a call. Then, for staleWhileRevalidate, it is given at once while one call in the background fetches a new one. After that a call is made first: if it fails, the old answer is given until staleIfError has passed; then the failure surfaces. Six callers who ask at once wait for one call.',
    until: 12,
  });
  canvas.lane(44, 'The answer', 'time not to scale');
  canvas.bar({ y: 48, from: 0.9, to: 3.2, kind: 'good', text: "fresh: ttl '30s'", short: 'fresh' });
  canvas.bar({ y: 48, from: 3.2, to: 7, kind: 'calm', text: "staleWhileRevalidate '5m'", short: 'stale, refreshed' });
  canvas.bar({ y: 48, from: 7, to: 10, kind: 'warn', text: "staleIfError '1h'", short: 'staleIfError' });
  canvas.bar({ y: 48, from: 10, to: 12, kind: 'idle', text: 'gone' });
  canvas.lane(124, 'Callers');
  canvas.lane(204, 'Provider');
  canvas.calls(
    120,
    [0, 0.12, 0.24, 0.36, 0.48, 0.6].map((at) => ({ at, kind: 'calm' })),
  );
  canvas.arrow({ at: 0.3, from: 140, until: 188 });
  canvas.bar({ y: 204, from: 0.3, to: 0.9, kind: 'good' });
  canvas.note({ at: 0, y: 236, text: 'one call for six', kind: 'ink' });
  canvas.calls(
    120,
    [1.6, 2.2, 2.8].map((at) => ({ at, kind: 'good' })),
  );
  canvas.note({ at: 2.2, y: 148, text: 'at once', anchor: 'middle', kind: 'good' });
  canvas.calls(
    120,
    [4.6, 5, 5.4].map((at) => ({ at, kind: 'good' })),
  );
  canvas.note({ at: 5, y: 148, text: 'at once, a little old', short: 'a little old', anchor: 'middle', kind: 'good' });
  canvas.arrow({ at: 4.6, from: 156, until: 188 });
  canvas.bar({ y: 204, from: 4.6, to: 5.4, kind: 'good', text: '' });
  canvas.note({ at: 5, y: 236, text: 'one refresh behind', short: 'one refresh', anchor: 'middle', kind: 'ink' });
  canvas.calls(120, [{ at: 8, kind: 'warn' }]);
  canvas.arrow({ at: 8, from: 156, until: 188 });
  canvas.bar({ y: 204, from: 8, to: 8.7, kind: 'bad', text: '503' });
  canvas.note({ at: 8.3, y: 148, text: 'the old answer', anchor: 'middle', kind: 'warn' });
  canvas.calls(120, [{ at: 10.8, kind: 'bad' }]);
  canvas.arrow({ at: 10.8, from: 156, until: 188 });
  canvas.bar({ y: 204, from: 10.8, to: 11.5, kind: 'bad', text: '503' });
  canvas.note({ at: 11, y: 148, text: 'the failure', anchor: 'middle', kind: 'bad' });
  canvas.note({
    at: 9.5,
    y: 236,
    text: 'in place of a failure only',
    short: 'for failures only',
    anchor: 'middle',
    kind: 'ink',
  });
  canvas.height = 254;
  return canvas;
}
