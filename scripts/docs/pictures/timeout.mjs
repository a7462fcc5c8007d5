import { Canvas } from '../canvas.mjs';

export function draw() {
  const canvas = new Canvas({
    title: 'A time limit for each attempt, and one for all of them',
    what: 'Each attempt may take two seconds, the whole operation five. Two attempts are aborted after two seconds each. The third is aborted when the total has passed, half a second after it began, and the caller gets a TimeoutError with scope total. In the second call the second attempt succeeds in time.',
    until: 6.6,
  });
  canvas.lane(40, 'Total', "total: '5s'");
  canvas.bar({ y: 44, from: 0, to: 5, kind: 'idle', text: 'the caller waits no longer than this' });
  canvas.moment(5, 24, 148);
  canvas.lane(92, 'Attempts', "attempt: '2s'");
  canvas.bar({ y: 96, from: 0, to: 2, kind: 'bad', text: 'aborted after 2 s' });
  canvas.bar({ y: 96, from: 2, to: 2.2, dashed: true, height: 10 });
  canvas.bar({ y: 96, from: 2.2, to: 4.2, kind: 'bad', text: 'aborted after 2 s' });
  canvas.bar({ y: 96, from: 4.2, to: 4.5, dashed: true, height: 10 });
  canvas.bar({ y: 96, from: 4.5, to: 5, kind: 'bad', text: 'total' });
  canvas.note({ at: 5.05, y: 100, text: "TimeoutError, 'total'", short: "'total'", kind: 'bad' });
  canvas.note({ at: 2.1, y: 130, text: 'waits between attempts count for the total', anchor: 'middle' });
  canvas.rule(152);
  canvas.lane(182, 'Another call');
  canvas.bar({ y: 182, from: 0, to: 2, kind: 'bad', text: 'aborted after 2 s' });
  canvas.bar({ y: 182, from: 2, to: 2.15, dashed: true, height: 10 });
  canvas.bar({ y: 182, from: 2.15, to: 2.9, kind: 'good', text: 'answer' });
  canvas.axis(
    218,
    [0, 1, 2, 3, 4, 5, 6].map((at) => [at, `${at} s`]),
  );
  return canvas;
}
