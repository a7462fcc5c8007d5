import { Canvas } from '../canvas.mjs';

const LANES = { caller: 44, store: 108, provider: 178 };

export function draw() {
  const { caller, store, provider } = LANES;
  const canvas = new Canvas({
    title: 'One charge, although the answer was lost',
    what: 'The key of the order is claimed in the store. The first attempt charges, and the connection drops before the answer arrives. The second attempt has the same key: the provider answers with the first charge. The result is kept. A duplicate on another host gets it from the store, and nothing is sent.',
    until: 10,
  });
  canvas.lane(caller, 'Your hosts');
  canvas.lane(store, 'Store', 'keys and results');
  canvas.lane(provider, 'Provider', 'knows keys, too');
  canvas.bar({
    y: caller,
    from: 0,
    to: 6.9,
    kind: 'calm',
    text: 'charge(order 17): two attempts, one key',
    short: 'two attempts, one key',
  });
  canvas.bar({ y: caller, from: 7.9, to: 9.7, kind: 'calm', text: 'the same order', short: 'again' });
  canvas.bar({ y: store, from: 0.4, to: 6.6, kind: 'warn', text: 'key claimed, lease renewed' });
  canvas.bar({ y: store, from: 6.6, to: 10, kind: 'good', text: 'key and result, for 24 h', short: 'kept for 24 h' });
  canvas.bar({ y: provider, from: 1.4, to: 2.6, kind: 'good', text: 'charged' });
  canvas.bar({ y: provider, from: 5, to: 6.1, kind: 'idle', text: 'knows it', short: 'knows' });
  canvas.arrow({ at: 0.3, to: 0.5, from: caller + 14, until: store - 14 });
  canvas.arrow({ at: 1.1, to: 1.4, from: caller + 14, until: provider - 14, kind: 'calm' });
  canvas.arrow({ at: 2.6, to: 2.7, from: provider - 14, until: 142, kind: 'bad', broken: true });
  canvas.note({ at: 2.95, y: 146, text: 'connection drops', kind: 'bad' });
  canvas.arrow({ at: 4.9, to: 5.1, from: caller + 14, until: provider - 14, kind: 'calm' });
  canvas.arrow({ at: 6, to: 6.3, from: provider - 14, until: caller + 14, kind: 'good' });
  canvas.arrow({ at: 6.7, to: 6.8, from: caller + 14, until: store - 14 });
  canvas.arrow({ at: 8.1, to: 8.4, from: caller + 14, until: store - 14 });
  canvas.arrow({ at: 9.1, to: 9.4, from: store - 14, until: caller + 14, kind: 'good' });
  canvas.note({ at: 9.9, y: 146, text: 'replayed: nothing is sent', anchor: 'end', kind: 'good' });
  canvas.note({ at: 5.5, y: 216, text: 'one charge in its books', anchor: 'middle', kind: 'good' });
  canvas.height = 236;
  return canvas;
}
