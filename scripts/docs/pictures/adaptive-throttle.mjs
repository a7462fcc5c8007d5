import { Canvas } from '../canvas.mjs';

const ARRIVING = 100;
const WINDOW = 10;
const K = 2;

export function draw() {
  const canvas = new Canvas({
    title: 'An adaptive throttle while its provider takes a fifth of the load',
    what: `A hundred calls a second, k of ${K}, a window of ${WINDOW} seconds. From second 10 to second 40 the provider accepts only 20 calls a second. The throttle lets fewer and fewer through, down to about twice what is accepted, and more again once the provider accepts all. The curves are computed by the formula.`,
    until: 70,
  });
  const seconds = computed();
  const curve = (pick) => seconds.map((second, at) => [at, pick(second) / ARRIVING]);
  canvas.lane(52, 'Calls a second', `k: ${K}, window: '${WINDOW}s'`);
  canvas.moment(10, 30, 218);
  canvas.moment(40, 30, 218);
  canvas.curve({ y: 210, height: 160, points: curve(({ accepted }) => accepted), kind: 'good', filled: true });
  canvas.curve({ y: 210, height: 160, points: curve(({ sent }) => sent), kind: 'calm' });
  canvas.curve({
    y: 210,
    height: 160,
    points: [
      [0, 1],
      [70, 1],
    ],
    kind: 'soft',
  });
  canvas.note({ at: 25, y: 34, text: 'the provider takes 20 a second', anchor: 'middle', kind: 'bad' });
  canvas.note({ at: 69, y: 44, text: 'arrive: 100', anchor: 'end' });
  canvas.note({ at: 26, y: 138, text: 'sent', kind: 'calm' });
  canvas.note({ at: 26, y: 200, text: 'accepted', kind: 'good' });
  canvas.note({ at: 26, y: 92, text: 'refused at once', kind: 'soft' });
  canvas.axis(
    218,
    [0, 10, 20, 30, 40, 50, 60, 70].map((at) => [at, `${at} s`]),
  );
  return canvas;
}

/** Computes what is sent and accepted in each second, by the formula over the window before it. */
function computed() {
  const seconds = [];
  for (let at = 0; at <= 70; at++) {
    const window = seconds.slice(-WINDOW);
    const calls = window.length * ARRIVING;
    const accepted = window.reduce((sum, second) => sum + second.accepted, 0);
    const refused = Math.min(0.9, Math.max(0, (calls - K * accepted) / (calls + 1)));
    const sent = ARRIVING * (1 - refused);
    seconds.push({ sent, accepted: Math.min(sent, at >= 10 && at < 40 ? 20 : ARRIVING) });
  }
  return seconds;
}
