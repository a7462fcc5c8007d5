import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readSettings } from '../../settings/read-settings.js';
import { modelRuns } from '../../testing/model-runs.js';
import { circuitBreakerSchema } from './circuit-breaker.options.js';
import { exportedCircuit, importedState, readExportedCircuit, type ExportedCircuit } from './exported-circuit.js';
import { OpenStreak } from './open-streak.js';

const settings = readSettings(circuitBreakerSchema, { ramp: { over: '10s' }, openFor: '7s' }, '').settings!;

/** Takes a circuit up at one time and exports it at once. */
function roundTrip(exported: unknown, now: number): ExportedCircuit {
  const read = readExportedCircuit(exported);
  const streak = new OpenStreak();
  streak.resume(read.consecutiveOpens, now + (read.stableInMs ?? 0));
  return exportedCircuit(importedState(read, settings, now), streak, settings, now);
}

const opens = { consecutiveOpens: fc.integer({ min: 1, max: 100 }) };
const closed = { state: fc.constant('closed' as const) };
const wait = fc.integer({ min: 1, max: 10_000 });

const exports: fc.Arbitrary<ExportedCircuit> = fc.oneof(
  fc.record({ ...closed, consecutiveOpens: fc.constant(0) }),
  fc.record({ ...closed, consecutiveOpens: fc.constant(0), rampForMs: wait }),
  fc.record({ ...closed, ...opens, stableInMs: wait }),
  fc.record({ ...closed, ...opens, stableInMs: wait, rampForMs: wait }),
  fc.record({ state: fc.constant('open' as const), ...opens, openForMs: fc.nat(1_000_000) }),
  fc.record({
    state: fc.constant('half-open' as const),
    ...opens,
    trial: fc.record({ succeeded: fc.nat(10), failed: fc.nat(10) }),
  }),
  fc.record({ state: fc.constant('isolated' as const), consecutiveOpens: fc.nat(100) }),
);

describe('an exported circuit', () => {
  it('is the same once it was taken up, in every state, by whatever clock', () => {
    const same = fc.property(exports, fc.integer({ min: -1_000_000, max: 1_000_000_000 }), (exported, now) => {
      expect(roundTrip(JSON.parse(JSON.stringify(exported)), now)).toEqual(exported);
    });
    fc.assert(same, { numRuns: modelRuns(1000) });
  });

  it.each([
    [{ state: 'closed' }, { state: 'closed', consecutiveOpens: 0 }],
    [{ state: 'open' }, { state: 'open', consecutiveOpens: 1, openForMs: 7000 }],
    [{ state: 'half-open' }, { state: 'half-open', consecutiveOpens: 1, trial: { succeeded: 0, failed: 0 } }],
    [{ state: 'isolated' }, { state: 'isolated', consecutiveOpens: 0 }],
  ])('has defaults: %j', (given, full) => {
    expect(roundTrip(given, 5)).toEqual(full);
  });

  it('loses its ramp where there is none', () => {
    const plain = readSettings(circuitBreakerSchema, {}, '').settings!;
    expect(importedState({ state: 'closed', rampForMs: 500 }, plain, 0)).toEqual({ name: 'closed' });
  });

  it.each([
    [{ state: 'open', openForMs: Number.NaN }, 'circuit.openForMs: NaN given; expected a number from 0 to 2147483647'],
    [{ state: 'open', openForMs: -1 }, 'circuit.openForMs: -1 given; expected a number from 0 to 2147483647'],
    [
      { state: 'open', openForMs: 2_147_483_648 },
      'circuit.openForMs: 2147483648 given; expected a number from 0 to 2147483647',
    ],
    [
      { state: 'open', openForMs: Infinity },
      'circuit.openForMs: Infinity given; expected a number from 0 to 2147483647',
    ],
    [{ state: 'ajar' }, "circuit.state: 'ajar' given; expected one of 'closed', 'open', 'half-open', 'isolated'"],
    [{}, 'circuit.state: nothing given; it is required'],
    [
      { state: 'open', consecutiveOpens: 0 },
      'circuit.consecutiveOpens: 0 given; expected at least 1 for a circuit that is open',
    ],
    [
      { state: 'half-open', consecutiveOpens: 0 },
      'circuit.consecutiveOpens: 0 given; expected at least 1 for a circuit that is half-open',
    ],
    [
      { state: 'closed', consecutiveOpens: 1.5 },
      'circuit.consecutiveOpens: 1.5 given; expected a whole number from 0 to 9007199254740991',
    ],
    [
      { state: 'closed', openForMs: 5 },
      'circuit.openForMs: 5 given; belongs to a circuit that is open, and this one is closed',
    ],
    [
      { state: 'open', trial: { succeeded: 0, failed: 0 } },
      'circuit.trial: an object given; belongs to a circuit that is half-open, and this one is open',
    ],
    [
      { state: 'isolated', rampForMs: 5 },
      'circuit.rampForMs: 5 given; belongs to a circuit that is closed, and this one is isolated',
    ],
    [
      { state: 'half-open', stableInMs: 5 },
      'circuit.stableInMs: 5 given; belongs to a circuit that is closed, and this one is half-open',
    ],
    [
      { state: 'half-open', trial: { succeeded: -1, failed: 0 } },
      'circuit.trial.succeeded: -1 given; expected a whole number from 0 to 10000',
    ],
    [
      { state: 'half-open', trial: { succeeded: 1, failed: 10_001 } },
      'circuit.trial.failed: 10001 given; expected a whole number from 0 to 10000',
    ],
    [{ state: 'closed', rampForMs: -1 }, 'circuit.rampForMs: -1 given; expected a number from 0 to 9007199254740991'],
    [
      { state: 'closed', stableInMs: '5s' },
      "circuit.stableInMs: '5s' given; expected a number from 0 to 9007199254740991",
    ],
  ])('refuses %j, and says what is wrong', (given, message) => {
    expect(() => readExportedCircuit(given)).toThrow(new TypeError(message));
  });

  it('refuses what is no object', () => {
    for (const given of [undefined, null, 'open', [], 5]) {
      expect(() => readExportedCircuit(given)).toThrow(
        'expected a plain object with the options state, consecutiveOpens, openForMs, trial, rampForMs, stableInMs',
      );
    }
  });

  it('says everything that is wrong at once', () => {
    expect(() => readExportedCircuit({ state: 'ajar', openForMs: -1 })).toThrow(
      "circuit.state: 'ajar' given; expected one of 'closed', 'open', 'half-open', 'isolated'; circuit.openForMs: -1 given; expected a number from 0 to 2147483647",
    );
  });
});
