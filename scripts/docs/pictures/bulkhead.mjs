import { Canvas } from '../canvas.mjs';

export function draw() {
  const canvas = new Canvas({
    title: 'A bulkhead with three slots and a queue of two',
    what: 'Calls A, B and C take the three slots. D and E wait in the queue, F finds it full and is refused at once. When B ends D gets its slot, and when A ends E does. The caller of C is aborted, but its work goes on and keeps the slot until it settles; G waits for that.',
    until: 10,
  });
  for (const [i, y] of [40, 76, 112].entries()) canvas.lane(y, i === 0 ? 'Slots' : '');
  canvas.bar({ y: 40, from: 0.2, to: 4.6, kind: 'calm', text: 'A' });
  canvas.bar({ y: 40, from: 4.6, to: 8.4, kind: 'good', text: 'E' });
  canvas.bar({ y: 76, from: 0.6, to: 3.2, kind: 'calm', text: 'B' });
  canvas.bar({ y: 76, from: 3.2, to: 8, kind: 'good', text: 'D' });
  canvas.bar({ y: 112, from: 1, to: 4, kind: 'calm', text: 'C' });
  canvas.bar({ y: 112, from: 4, to: 6.4, kind: 'warn', text: 'aborted, still at work', short: 'aborted' });
  canvas.bar({ y: 112, from: 6.4, to: 9.6, kind: 'good', text: 'G' });
  canvas.rule(140);
  canvas.lane(168, 'Queue', 'first come, first served');
  canvas.bar({ y: 168, from: 1.5, to: 3.2, dashed: true, text: 'D waits' });
  canvas.bar({ y: 200, from: 2, to: 4.6, dashed: true, text: 'E waits' });
  canvas.bar({ y: 168, from: 5, to: 6.4, dashed: true, text: 'G waits' });
  canvas.lane(238, 'Refused');
  canvas.calls(234, [{ at: 2.5, kind: 'soft', hollow: true }]);
  canvas.note({
    at: 2.7,
    y: 238,
    text: 'F: no slot and no place: BulkheadFullError at once',
    short: 'F: BulkheadFullError',
    kind: 'bad',
  });
  canvas.axis(
    262,
    [0, 2, 4, 6, 8, 10].map((at) => [at, `${at} s`]),
  );
  return canvas;
}
