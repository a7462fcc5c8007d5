import { Canvas } from '../canvas.mjs';

export function draw() {
  const canvas = new Canvas({
    title: 'A rate limit of ten calls a second',
    what: 'Twenty-four calls arrive at once. Without a limit the provider answers ten and refuses fourteen. With the limit ten are sent at once, ten a second later and four another second later; none is refused. Later a 429 with Retry-After of two seconds closes the gate for all calls, which wait and go on after that.',
    until: 8,
  });
  canvas.lane(44, 'Calls arrive', '24 at once');
  canvas.calls(50, [...stack(0.1, 24, 'calm'), ...[4.2, 4.6, 5, 5.4, 5.8, 6.2].map((at) => ({ at, kind: 'calm' }))]);
  canvas.rule(84);
  canvas.lane(118, 'Without', 'what they get');
  canvas.calls(136, [...stack(0.1, 10, 'good'), ...stack(0.42, 14, 'bad')]);
  canvas.note({ at: 0.85, y: 126, text: '14 times 429; some providers lock out who goes on', kind: 'bad' });
  canvas.rule(164);
  canvas.lane(196, 'With', 'what is sent');
  const sent = [...stack(0.1, 10, 'good'), ...stack(1.15, 10, 'good'), ...stack(2.2, 4, 'good')];
  canvas.calls(216, [...sent, { at: 4.2, kind: 'warn' }, ...stack(6.25, 5, 'good')]);
  canvas.note({ at: 2.45, y: 236, text: 'the rest waits, in order', kind: 'good' });
  canvas.bar({ y: 212, from: 4.3, to: 6.2, kind: 'warn', text: 'closed: Retry-After 2', short: 'closed' });
  canvas.note({ at: 4.2, y: 196, text: '429', anchor: 'middle', kind: 'warn' });
  canvas.axis(
    246,
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((at) => [at, `${at} s`]),
  );
  return canvas;
}

/** So many at one time, in columns of five. */
function stack(at, count, kind) {
  return Array.from({ length: count }, (_, i) => ({ at: at + Math.floor(i / 5) * 0.13, up: (i % 5) * 9 - 12, kind }));
}
