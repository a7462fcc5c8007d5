import { consistent, integer, number, oneOf, options, optional } from '../../settings/fields.js';
import { readSettings } from '../../settings/read-settings.js';
import type { CircuitBreakerSettings } from './circuit-breaker.options.js';
import type { CircuitState } from './circuit-breaker.telemetry.js';
import { CLOSED, ISOLATED, type CurrentState } from './circuit-state.js';
import { HalfOpenTrial } from './half-open-trial.js';
import { LONGEST_DELAY_MS } from '../../time/clock.js';
import type { OpenStreak } from './open-streak.js';
import { printed } from '../../values/printed.js';
import { Ramp } from './ramp.js';

/**
 * The circuit as another process, or this one after a restart, can take it up. Plain JSON; remaining milliseconds,
 * never timestamps. The content of the windows is not part of it.
 */
export interface ExportedCircuit {
  readonly state: CircuitState;
  /** How often it has opened with no stable time closed in between. Default: 1 when open or half-open, otherwise 0. */
  readonly consecutiveOpens?: number | undefined;
  /** Open: for how much longer. Default: what `openFor` begins with. */
  readonly openForMs?: number | undefined;
  /**
   * Half-open: how the trial calls that have ended did. Those that were under way are not waited for. Default: none
   * has.
   */
  readonly trial?: { readonly succeeded: number; readonly failed: number } | undefined;
  /** Closed: for how much longer only a share of the calls is let through. Default 0. */
  readonly rampForMs?: number | undefined;
  /** Closed: when `consecutiveOpens` is forgotten, if all goes well. Default: after `stableAfter`. */
  readonly stableInMs?: number | undefined;
}

const ONLY_IN = { openForMs: 'open', trial: 'half-open', rampForMs: 'closed', stableInMs: 'closed' } as const;

const schema = consistent(
  options({
    state: oneOf('closed', 'open', 'half-open', 'isolated'),
    consecutiveOpens: optional(integer(0, Number.MAX_SAFE_INTEGER)),
    openForMs: optional(number(0, LONGEST_DELAY_MS)),
    trial: optional(options({ succeeded: integer(0, 10_000), failed: integer(0, 10_000) })),
    rampForMs: optional(number(0, Number.MAX_SAFE_INTEGER)),
    stableInMs: optional(number(0, Number.MAX_SAFE_INTEGER)),
  }),
  ['state', 'consecutiveOpens', 'openForMs', 'trial', 'rampForMs', 'stableInMs'],
  (exported) => {
    for (const [at, state] of Object.entries(ONLY_IN)) {
      if (exported[at as keyof typeof ONLY_IN] !== undefined && exported.state !== state)
        return { at, message: `belongs to a circuit that is ${state}, and this one is ${exported.state}` };
    }
    return exported.consecutiveOpens === 0 && (exported.state === 'open' || exported.state === 'half-open')
      ? { at: 'consecutiveOpens', message: `expected at least 1 for a circuit that is ${exported.state}` }
      : undefined;
  },
);

/** The part of a circuit that is carried over. */
export function exportedCircuit(
  state: CurrentState,
  streak: OpenStreak,
  { ramp }: CircuitBreakerSettings,
  now: number,
): ExportedCircuit {
  const consecutiveOpens = streak.length(state.name === 'closed', now);
  const common: ExportedCircuit = { state: state.name, consecutiveOpens };
  switch (state.name) {
    case 'open':
      return { ...common, openForMs: Math.min(state.until - now, LONGEST_DELAY_MS) };
    case 'half-open':
      return { ...common, trial: state.ended() };
    case 'isolated':
      return common;
    case 'closed':
      return {
        ...common,
        ...(consecutiveOpens > 0 && { stableInMs: streak.stableInMs(now) }),
        ...(state instanceof Ramp && ramp && { rampForMs: state.leftMs(ramp, now) }),
      };
  }
}

/**
 * The result of `exportedCircuit`, checked, with its defaults. Throws a `TypeError` that names everything that is
 * wrong.
 */
export function readExportedCircuit(exported: unknown) {
  const { settings, faults } = readSettings(schema, exported, 'circuit', describeExported);
  if (faults !== undefined) throw new TypeError(faults.map(({ path, message }) => `${path}: ${message}`).join('; '));
  const { state, consecutiveOpens = state === 'open' || state === 'half-open' ? 1 : 0 } = settings;
  return { ...settings, consecutiveOpens };
}

/** A circuit holds no secret: its numbers are shown as they are. */
function describeExported(given: unknown): string {
  return typeof given === 'number' ? String(given) : printed(given);
}

/** The state that was exported, from now on. */
export function importedState(
  { state, openForMs, trial, rampForMs = 0 }: ExportedCircuit,
  { openFor, ramp }: CircuitBreakerSettings,
  now: number,
): CurrentState {
  switch (state) {
    case 'open':
      return { name: 'open', until: now + (openForMs ?? openFor.initial) };
    case 'half-open':
      return new HalfOpenTrial(trial?.succeeded, trial?.failed);
    case 'isolated':
      return ISOLATED;
    case 'closed':
      return ramp !== undefined && rampForMs > 0 ? new Ramp(ramp, now, rampForMs) : CLOSED;
  }
}
