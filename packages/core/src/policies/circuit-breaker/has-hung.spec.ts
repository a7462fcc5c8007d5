import { describe, expect, it } from '@jest/globals';
import { bench } from './circuit-breaker.fixture.js';

/** The state of a circuit after a call that hung for so long was aborted by its caller for this reason. */
async function after(ms: number, reason: unknown) {
  // How long calls take is known where slow ones count.
  const { clock, circuit, begin } = bench({ window: { time: '1m', consecutive: 1 }, slowCall: { over: '1h' } });
  const { caller } = begin();
  await clock.advance(ms);
  caller.abort(reason);
  await clock.advance(0);
  return circuit.state;
}

/** A refusal as another copy of the package raises it. */
function refusal(code: string, more: object = {}) {
  const brand = { [Symbol.for('breakwater.resilience-error')]: true };
  return Object.assign(new Error(code), { code, provider: 'shop' }, brand, more);
}

const timedOut = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
const unreadable = Object.defineProperty(refusal('TIMEOUT'), 'code', {
  get: () => {
    throw new Error('sealed');
  },
});

describe('a call that its caller’s deadline has ended', () => {
  it.each<[string, unknown, number]>([
    ['of an AbortSignal.timeout', timedOut, 1000],
    ['of a timeout that names its length: half of that', refusal('TIMEOUT', { afterMs: 3000 }), 1500],
    ['of a timeout that names none', refusal('TIMEOUT'), 1000],
    ['of a timeout that names no number', refusal('TIMEOUT', { afterMs: '3s' }), 1000],
  ])('says that the provider hangs once it worked long enough: %s', async (_name, reason, ms) => {
    expect(await after(ms - 1, reason)).toBe('closed');
    expect(await after(ms, reason)).toBe('open');
  });

  it.each<[string, unknown]>([
    ['a caller who leaves', new DOMException('This operation was aborted', 'AbortError')],
    ['an error that only has the name', Object.assign(new Error('late'), { name: 'TimeoutError' })],
    ['a refusal that is no timeout', refusal('HEDGE_LOST', { afterMs: 10 })],
    ['a reason that cannot be read', unreadable],
    ['no reason in particular', undefined],
    ['a text', 'late'],
  ])('says nothing of the provider otherwise: %s', async (_name, reason) => {
    expect(await after(60_000, reason)).toBe('closed');
  });
});
