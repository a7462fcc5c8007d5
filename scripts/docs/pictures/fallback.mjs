import { Canvas } from '../canvas.mjs';

const CALLS = [
  { at: 1, provider: ['200', 'good'], caller: ['the answer', 'good'] },
  { at: 3, provider: ['503', 'bad'], caller: ['fallback', 'warn'] },
  { at: 5, provider: ['too slow', 'bad'], caller: ['fallback', 'warn'] },
  { at: 7, provider: ['not asked', 'idle'], caller: ['fallback', 'warn'], why: 'circuit open', short: 'circuit' },
  { at: 9, provider: ['404', 'calm'], caller: ['404', 'calm'], why: 'an answer', short: 'answer' },
];

export function draw() {
  const canvas = new Canvas({
    title: 'What a fallback answers, and what it does not',
    what: 'Five calls. A success reaches the caller as it is. After a 503, a timeout or a refusal by an open circuit the caller gets the fallback. A 404 is an answer of the provider, and surfaces.',
    until: 10,
  });
  canvas.lane(46, 'Provider');
  canvas.lane(136, 'Caller');
  for (const { at, provider, caller, why, short } of CALLS) {
    canvas.bar({ y: 46, from: at - 0.85, to: at + 0.85, kind: provider[1], text: provider[0] });
    canvas.arrow({ at, from: 62, until: 118 });
    canvas.bar({ y: 136, from: at - 0.85, to: at + 0.85, kind: caller[1], text: caller[0] });
    if (why !== undefined) canvas.note({ at: at + 0.12, y: 94, text: why, short });
  }
  canvas.note({
    at: 5,
    y: 178,
    text: 'failures and refusals are answered for; what the provider means to say is not',
    short: 'failures are answered for, answers are not',
    anchor: 'middle',
  });
  canvas.height = 196;
  return canvas;
}
