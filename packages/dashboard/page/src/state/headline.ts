import { named } from '../ui/format.js';
import type { Provider } from './merge.js';
import { verdictOf, type Health, type Verdict } from './verdict.js';

const WORST_FIRST: readonly Health[] = ['refusing', 'failing', 'recovering', 'strained', 'well', 'idle', 'off'];

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
