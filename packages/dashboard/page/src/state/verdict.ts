import { countdown, duration, named, percent } from '../ui/format.js';
import type { Provider } from './merge.js';
import { fullestBulkhead, policiesOf, takenOf, worstCircuit, type Snapshot } from './policies.js';

/** How a provider is: `refusing` calls are turned away, `failing` many go wrong, `strained` something is short. */
export type Health = 'refusing' | 'failing' | 'recovering' | 'strained' | 'well' | 'idle' | 'off';

export interface Verdict {
  readonly health: Health;
  /** Why, as the end of a sentence. */
  readonly why: string;
  /** Whether that is so for the calls of one method alone. */
  readonly isPartial?: boolean;
}

export const WORST_FIRST: readonly Health[] = ['refusing', 'failing', 'recovering', 'strained', 'well', 'idle', 'off'];

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
  const where = circuit.operation === undefined ? '' : ` for ${circuit.operation}`;
  const isPartial = where !== '' && { isPartial: true };
  switch (circuit.state) {
    case 'isolated':
      return { health: 'refusing', why: `isolated by hand${where}`, ...isPartial };
    case 'open':
      return { health: 'refusing', why: `${causeOf(circuit, provider)}${where}${waitOf(circuit)}`, ...isPartial };
    case 'half-open':
      return { health: 'recovering', why: `trying a few calls${where}` };
    case 'closed':
      return undefined;
  }
}

/** Why a circuit has opened: by its own history, not by that of another one of its provider. */
function causeOf({ operation }: Snapshot<'circuitBreaker'>, { history, failures }: Provider): string {
  const opened = history.findLast((change) => change.to === 'open' && change.operation === operation);
  if (opened === undefined) return 'circuit open';
  const [cause] = failures?.causes[0] ?? [];
  // Failures of a provider's other methods say nothing about a method's own circuit.
  if (cause !== undefined && operation === undefined && opened.reason in FAILED) return `it ${cause}`;
  return CAUSES[opened.reason] ?? opened.reason;
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

export interface Judged {
  readonly provider: Provider;
  readonly verdict: Verdict;
}

/** The worst first; equally well ones by name. */
export function judged(providers: readonly Provider[], at: number): readonly Judged[] {
  return providers
    .map((provider) => ({ provider, verdict: verdictOf(provider, at) }))
    .sort(
      (a, b) =>
        WORST_FIRST.indexOf(a.verdict.health) - WORST_FIRST.indexOf(b.verdict.health) ||
        a.provider.name.localeCompare(b.provider.name),
    );
}

export interface Headline {
  readonly text: string;
  /** How many others need a look. */
  readonly more: string;
  readonly health: Health;
}

/** All of them in one sentence. A store that has just failed is worth a word where all providers are well, too. */
export function headline(all: readonly Judged[], isStoreAway: boolean): Headline {
  const ofProviders = headlineOf(all);
  if (!isStoreAway) return ofProviders;
  const { text, more, health } = ofProviders;
  if (REST.has(health)) return { text: STORE_AWAY, more: text, health: 'strained' };
  return { text, more: `${more} ${STORE_AWAY}`.trim(), health };
}

function headlineOf(all: readonly Judged[]): Headline {
  const bad = all.filter(({ verdict }) => verdict.health === 'refusing' || verdict.health === 'failing');
  const uneasy = all.filter(({ verdict }) => verdict.health === 'recovering' || verdict.health === 'strained');
  const [worst] = [...bad, ...uneasy];
  if (worst === undefined) return { ...restful(all), more: '' };
  const { provider, verdict } = worst;
  const subject = verdict.isPartial === true ? someRefused : SUBJECTS[verdict.health];
  const text = `${subject(named(provider.name))}: ${verdict.why}.`;
  const others = bad.length + uneasy.length - 1;
  const more = others === 0 ? '' : others === 1 ? 'One more needs a look.' : `${others} more need a look.`;
  return { text, more, health: verdict.health };
}

const STORE_AWAY = 'The store does not answer.';
const REST: ReadonlySet<Health> = new Set(['well', 'idle', 'off']);

function restful(all: readonly Judged[]): Omit<Headline, 'more'> {
  const areAll = (health: Health) => all.every(({ verdict }) => verdict.health === health);
  if (all.length === 0) return { text: 'No third parties are configured.', health: 'idle' };
  if (areAll('off')) return { text: 'All policies are switched off.', health: 'off' };
  if (areAll('idle')) return { text: 'Quiet: no calls within a minute.', health: 'idle' };
  return { text: all.length === 1 ? 'All is well.' : `All ${all.length} third parties are well.`, health: 'well' };
}

const someRefused = (name: string) => `Some calls to ${name} are refused`;

const SUBJECTS: Readonly<Record<Health, (name: string) => string>> = {
  refusing: (name) => `Calls to ${name} are refused`,
  failing: (name) => `Calls to ${name} fail`,
  recovering: (name) => `${name} may be back`,
  strained: (name) => `${name} is strained`,
  well: (name) => `${name} is well`,
  idle: (name) => `${name} is quiet`,
  off: (name) => `${name} is unprotected`,
};
