import type { TransitionView } from '../../../src/wire/frame.js';
import { countdown, duration, percent } from '../ui/format.js';
import type { Provider } from './merge.js';
import { fullestBulkhead, policiesOf, takenOf, worstCircuit, type Snapshot } from './policies.js';

/** How a provider is: `refusing` calls are turned away, `failing` many go wrong, `strained` something is short. */
export type Health = 'refusing' | 'failing' | 'recovering' | 'strained' | 'well' | 'idle' | 'off';

export interface Verdict {
  readonly health: Health;
  /** Why, as the end of a sentence. */
  readonly why: string;
  /** Whether that is so for the calls of one method, or of some hosts, alone. */
  readonly isPartial?: boolean;
}

const REFUSING: ReadonlySet<string> = new Set(['open', 'isolated']);
const FEWEST_CALLS = 5;
const FAILING_SHARE = 0.1;
const RECENT_S = 15;
const SHORT_SHARE = 0.9;

/** Why a circuit has opened, in words for a sentence: where it is known how its calls failed, that says more. */
const FAILED: Readonly<Record<string, string>> = {
  'failure rate': 'too many calls failed',
  'consecutive failures': 'calls failed in a row',
  'trial failed': 'a trial call failed again',
};
const CAUSES: Readonly<Record<string, string>> = {
  ...FAILED,
  'slow call rate': 'too many calls were slow',
  'trial took too long': 'a trial call took too long',
  forced: 'opened by hand',
  imported: 'open by an imported state',
  'other hosts': 'other hosts have found it failing',
};

/** Says how a provider is, and why. */
export function verdictOf(provider: Provider, at: number): Verdict {
  if (!provider.enabled) return { health: 'off', why: 'its policies are switched off' };
  return ofCircuit(provider) ?? ofFailures(provider, at) ?? ofRamp(provider) ?? ofLimits(provider) ?? ofQuiet(provider);
}

function ofCircuit(provider: Provider): Verdict | undefined {
  const circuit = worstCircuit(provider);
  if (circuit === undefined || circuit.mode === 'metricsOnly') return undefined;
  const where = `${circuit.operation === undefined ? '' : ` for ${circuit.operation}`}${hostsOf(circuit, provider)}`;
  const isPartial = where !== '' && { isPartial: true };
  switch (circuit.state) {
    case 'isolated':
      return { health: 'refusing', why: `isolated by hand${where}`, ...isPartial };
    case 'open':
      return { health: 'refusing', why: `${causeOf(circuit, provider)}${where}${waitOf(circuit)}`, ...isPartial };
    case 'half-open': {
      const how = howItFails(circuit, provider);
      return { health: 'recovering', why: `trying a few calls${where}${how === undefined ? '' : `; so far ${how}`}` };
    }
    case 'closed':
      return undefined;
  }
}

/** On which hosts it is in that state, where on others calls go through. */
function hostsOf({ operation: owner, state: worst }: Snapshot<'circuitBreaker'>, { byHost }: Provider): string {
  const circuits = [...byHost].flatMap(([host, view]) =>
    policiesOf(view, 'circuitBreaker').flatMap(({ operation, state }) =>
      operation === owner ? [{ host, state }] : [],
    ),
  );
  const alike = circuits.filter(({ state }) => state === worst);
  const isSoOnAll = alike.length === circuits.length || circuits.every(({ state }) => REFUSING.has(state));
  if (isSoOnAll) return '';
  return alike.length === 1 ? ` on ${alike[0]!.host}` : ` on ${alike.length} of ${circuits.length} hosts`;
}

/** Why a circuit has opened. */
function causeOf(circuit: Snapshot<'circuitBreaker'>, provider: Provider): string {
  const how = howItFails(circuit, provider);
  if (how !== undefined) return how;
  const opened = lastOpening(circuit, provider);
  return opened === undefined ? 'circuit open' : (CAUSES[opened.reason] ?? opened.reason);
}

/** How the calls failed that have opened a circuit, where it is known, and where no operator or other host has. */
function howItFails(circuit: Snapshot<'circuitBreaker'>, provider: Provider): string | undefined {
  // Failures of a provider's other methods say nothing about a method's own circuit.
  if (circuit.operation !== undefined) return undefined;
  const { reason = '' } = lastOpening(circuit, provider) ?? {};
  const [cause] = provider.failures?.causes[0] ?? [];
  return cause === undefined || !(reason in FAILED) ? undefined : `it ${cause}`;
}

/** The latest opening of this circuit, and of no other one of its provider. */
function lastOpening({ operation }: Snapshot<'circuitBreaker'>, { history }: Provider): TransitionView | undefined {
  return history.findLast((change) => change.to === 'open' && change.operation === operation);
}

function waitOf({ openForMs }: Snapshot<'circuitBreaker'>): string {
  return openForMs === undefined ? '' : `; next try in ${countdown(openForMs)}`;
}

/** The latest seconds decide: a provider that is back is not said to fail for another minute. */
function ofFailures({ seconds, failures }: Provider, at: number): Verdict | undefined {
  const recent = seconds.filter(([second]) => second > at / 1000 - RECENT_S);
  const ok = recent.reduce((sum, second) => sum + second[1], 0);
  const failed = recent.reduce((sum, second) => sum + second[2], 0);
  const calls = ok + failed;
  if (calls < FEWEST_CALLS || failed / calls < FAILING_SHARE) return undefined;
  const [cause] = failures?.causes[0] ?? [];
  const how = cause === undefined ? '' : `; it ${cause}`;
  return { health: 'failing', why: `${percent(failed / calls)} of ${calls} calls failed in ${RECENT_S} s${how}` };
}

function ofRamp(provider: Provider): Verdict | undefined {
  const circuit = policiesOf(provider, 'circuitBreaker').find(
    ({ ramp, mode }) => ramp !== undefined && mode === 'enforce',
  );
  if (circuit?.ramp === undefined) return undefined;
  return {
    health: 'recovering',
    why: `${percent(circuit.ramp.share)} of the calls${whereOf(circuit)} are let through`,
  };
}

function ofLimits(provider: Provider): Verdict | undefined {
  const why = whyWaiting(provider) ?? whyTurnedAway(provider);
  return why === undefined ? undefined : { health: 'strained', why };
}

function whyWaiting(provider: Provider): string | undefined {
  const limits = policiesOf(provider, 'rateLimit');
  const paused = [...limits].sort((a, b) => b.waitMs - a.waitMs)[0];
  if (paused !== undefined && paused.waitMs > 0) {
    return `calls${whereOf(paused)} wait ${duration(paused.waitMs)} for the rate limit`;
  }
  const short = limits.find(({ quotas }) => quotas.some((quota) => takenOf(quota) >= SHORT_SHARE));
  if (short !== undefined) return `the rate limit${whereOf(short)} is nearly spent`;
  const bulkhead = fullestBulkhead(provider);
  if (bulkhead === undefined || bulkhead.queued === 0) return undefined;
  return `all ${bulkhead.limit} slots${whereOf(bulkhead)} taken, ${bulkhead.queued} calls wait`;
}

function whyTurnedAway(provider: Provider): string | undefined {
  const turnedAway = Math.max(0, ...policiesOf(provider, 'adaptiveThrottle').map((each) => each.rejectionProbability));
  if (turnedAway >= FAILING_SHARE)
    return `${percent(turnedAway)} of the calls are turned away by the adaptive throttle`;
  const { refused } = provider.minute;
  return refused > 0 ? `${refused} calls refused within a minute` : undefined;
}

function whereOf({ operation }: { readonly operation?: string }): string {
  return operation === undefined ? '' : ` of ${operation}`;
}

function ofQuiet({ minute: { ok, failed, other } }: Provider): Verdict {
  return ok + failed + other === 0 ? { health: 'idle', why: 'no calls within a minute' } : { health: 'well', why: '' };
}
