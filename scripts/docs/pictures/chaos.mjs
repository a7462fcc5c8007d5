import { Canvas } from '../canvas.mjs';

/** The calls, of forty, that are hit, and by what. */
const HIT = new Map([
  [4, 'latency'],
  [9, 'fault'],
  [17, 'latency'],
  [22, 'fault'],
  [23, 'fault'],
  [31, 'outcome'],
  [36, 'latency'],
]);
const KIND = { latency: 'warn', fault: 'bad', outcome: 'calm' };

export function draw() {
  const canvas = new Canvas({
    title: 'Injected latency, faults and outcomes, and what the policies make of them',
    what: 'Forty calls. A few of them are made slow, a few fail with 503, one gets another answer. The retry repeats the failed ones, the timeout ends the slow ones, and callers see two that took longer and none that failed.',
    until: 40,
  });
  const calls = Array.from({ length: 40 }, (_, at) => at);
  canvas.lane(46, 'Injected', 'at the method');
  canvas.calls(
    48,
    calls.map((at) => ({ at: at + 0.5, kind: KIND[HIT.get(at)] ?? 'good' })),
  );
  for (const [at, what] of HIT) {
    if (at !== 23)
      canvas.note({
        at: at + 0.5,
        y: 76,
        text: what,
        short: at === 36 ? '' : what,
        anchor: 'middle',
        kind: KIND[what],
      });
  }
  canvas.rule(96);
  canvas.lane(128, 'Policies', 'take it for real');
  for (const at of [9, 22]) canvas.bar({ y: 130, from: at, to: at + 3.6, kind: 'calm', text: 'retry' });
  for (const at of [4, 17, 36])
    canvas.bar({ y: 130, from: at, to: at + 3.9, kind: 'idle', text: 'timeout', short: 'limit' });
  canvas.rule(158);
  canvas.lane(188, 'Callers');
  canvas.calls(
    188,
    calls.map((at) => ({ at: at + 0.5, kind: KIND[HIT.get(at)] === 'calm' ? 'calm' : 'good' })),
  );
  canvas.note({
    at: 20,
    y: 218,
    text: 'if these are not all good, your settings are wrong: found on a Tuesday morning',
    short: 'not all good? Your settings are wrong',
    anchor: 'middle',
  });
  canvas.height = 236;
  return canvas;
}
