import { countdown, duration, named, percent } from '../ui/format.js';
import { policyOf, worstCircuit, type Provider } from './merge.js';

/** How a provider is: `refusing` calls are turned away, `failing` many go wrong, `strained` something is short. */
export type Health = 'refusing' | 'failing' | 'recovering' | 'strained' | 'well' | 'idle' | 'off';

export interface Verdict {
  readonly health: Health;
  /** Why, as the end of a sentence. */
  readonly why: string;
}

export const WORST_FIRST: readonly Health[] = ['refusing', 'failing', 'recovering', 'strained', 'well', 'idle', 'off'];

const FEWEST_CALLS = 5;
const FAILING_SHARE = 0.1;
const RECENT_S = 15;
const SHORT_SHARE = 0.9;

/** Why a circuit has opened, in words for a sentence. */
const CAUSES: Readonly<Record<string, string>> = {
  'failure rate': 'too many calls failed',
  'consecutive failures': 'calls failed in a row',
  'slow call rate': 'too many calls were slow',
  'trial failed': 'a trial call failed again',
  'trial took too long': 'a trial call took too long',
  forced: 'opened by hand',
};

/** Says how a provider is, and why. */
export function verdictOf(provider: Provider, at: number): Verdict {
  if (!provider.enabled) return { health: 'off', why: 'its policies are switched off' };
  return ofCircuit(provider) ?? ofFailures(provider, at) ?? ofLimits(provider) ?? ofQuiet(provider);
}

function ofCircuit(provider: Provider): Verdict | undefined {
  const circuit = worstCircuit(provider);
  if (circuit === undefined || circuit.mode === 'metricsOnly' || circuit.state === 'closed') return undefined;
  const where = circuit.operation === undefined ? '' : ` for ${circuit.operation}`;
  if (circuit.state === 'isolated') return { health: 'refusing', why: `isolated by hand${where}` };
  if (circuit.state === 'half-open') return { health: 'recovering', why: `trying a few calls${where}` };
  const opened = provider.history.findLast(({ to }) => to === 'open');
  const cause = opened === undefined ? 'circuit open' : (CAUSES[opened.reason] ?? opened.reason);
  const wait = circuit.openForMs === undefined ? '' : `; next try in ${countdown(circuit.openForMs)}`;
  return { health: 'refusing', why: `${cause}${where}${wait}` };
}

/** The latest seconds decide: a provider that is back is not said to fail for another minute. */
function ofFailures({ seconds }: Provider, at: number): Verdict | undefined {
  const recent = seconds.filter(([second]) => second > at / 1000 - RECENT_S);
  const ok = recent.reduce((sum, second) => sum + second[1], 0);
  const failed = recent.reduce((sum, second) => sum + second[2], 0);
  const calls = ok + failed;
  if (calls < FEWEST_CALLS || failed / calls < FAILING_SHARE) return undefined;
  return { health: 'failing', why: `${percent(failed / calls)} of ${calls} calls failed in ${RECENT_S} s` };
}

function ofLimits(provider: Provider): Verdict | undefined {
  const limit = policyOf(provider, 'rateLimit');
  const short = limit?.quotas.find(
    ({ used, ...quota }) => used >= SHORT_SHARE * (quota.limit ?? quota.bucket ?? Infinity),
  );
  if (limit !== undefined && (limit.waitMs > 0 || short !== undefined)) {
    const isPaused = limit.waitMs > 0;
    const why = isPaused ? `calls wait ${duration(limit.waitMs)} for the rate limit` : 'the rate limit is nearly spent';
    return { health: 'strained', why };
  }
  const bulkhead = policyOf(provider, 'bulkhead');
  if (bulkhead !== undefined && bulkhead.queued > 0) {
    return { health: 'strained', why: `all ${bulkhead.limit} slots taken, ${bulkhead.queued} calls wait` };
  }
  const { refused } = provider.minute;
  return refused > 0 ? { health: 'strained', why: `${refused} calls refused within a minute` } : undefined;
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
  const text = `${SUBJECTS[verdict.health](named(provider.name))}: ${verdict.why}.`;
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

const SUBJECTS: Readonly<Record<Health, (name: string) => string>> = {
  refusing: (name) => `Calls to ${name} are refused`,
  failing: (name) => `Calls to ${name} fail`,
  recovering: (name) => `${name} may be back`,
  strained: (name) => `${name} is strained`,
  well: (name) => `${name} is well`,
  idle: (name) => `${name} is quiet`,
  off: (name) => `${name} is unprotected`,
};
