import { Canvas } from '../canvas.mjs';

export function draw() {
  const canvas = new Canvas({
    title: 'A second attempt beside a slow first one',
    what: 'Most calls are answered before the delay of 200 ms, and nothing else is sent. One is slow: after 200 ms a second attempt is sent beside it, which is answered after 90 ms. The caller has that answer at 290 ms, and the first attempt, which would have taken 900 ms, is aborted.',
    until: 1000,
  });
  canvas.moment(200, 26, 246);
  canvas.note({ at: 205, y: 32, text: "delay: '200ms'" });
  canvas.lane(62, 'Most calls');
  canvas.bar({ y: 62, from: 0, to: 70, kind: 'good', text: '70 ms' });
  canvas.note({ at: 220, y: 66, text: 'answered before: nothing more is sent', kind: 'good' });
  canvas.rule(92);
  canvas.lane(124, 'A slow one', 'first attempt');
  canvas.bar({ y: 128, from: 0, to: 290, kind: 'calm', text: 'waits' });
  canvas.bar({
    y: 128,
    from: 290,
    to: 900,
    dashed: true,
    text: 'aborted; it would have taken 900 ms',
    short: 'aborted',
  });
  canvas.lane(176, '', '');
  canvas.bar({ y: 168, from: 200, to: 290, kind: 'good', text: '90 ms' });
  canvas.note({
    at: 300,
    y: 172,
    text: 'second attempt: its answer is the first to come',
    short: 'second attempt: first to answer',
    kind: 'good',
  });
  canvas.lane(214, 'Caller');
  canvas.bar({ y: 214, from: 0, to: 290, kind: 'idle', text: '290 ms' });
  canvas.note({ at: 300, y: 218, text: 'in place of 900 ms, for one call more' });
  canvas.axis(
    248,
    [0, 200, 400, 600, 800, 1000].map((at) => [at, `${at} ms`]),
  );
  return canvas;
}
