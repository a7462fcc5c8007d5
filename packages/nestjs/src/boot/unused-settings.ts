import type { Fault } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { providerPath } from '../config/provider-path.js';
import { bindingsOf } from '../methods/bind-method.js';
import type { LinkedMethod } from '../methods/linked-methods.js';
import { ownProviderOfClass } from '../methods/provider-of-class.js';
import { requestedNames } from '../inject/injected-names.js';
import type { ResilienceParts } from '../providers/resilience-parts.js';

/** The decorator for each policy of the settings; `adaptiveThrottle` has no decorator of its own. */
const DECORATORS: Readonly<Record<string, string>> = {
  bulkhead: '@Bulkhead()',
  cache: '@Cached()',
  chaos: '@Chaos()',
  circuitBreaker: '@CircuitBreaker()',
  fallback: '@Fallback(…)',
  hedge: '@Hedge()',
  idempotency: '@Idempotent()',
  rateLimit: '@RateLimited()',
  retry: '@Retry()',
  timeout: '@Timeout()',
};

/**
 * A warning for everything in the settings that reaches no method, and for every class that names a provider and has no
 * decorated method. A provider whose `execute` is used applies every policy to what it is given, so of one that is
 * injected nothing is said.
 */
export function unusedSettings(
  parts: ResilienceParts,
  classes: ReadonlySet<object>,
  linked: readonly LinkedMethod[],
): readonly Fault[] {
  const injected = new Set(requestedNames('provider'));
  const ofProviders = parts.registry.names.flatMap((name) => {
    const methods = linked.filter(({ provider }) => provider.name === name);
    return methods.length === 0 || injected.has(name) ? [] : ofProvider(parts, name, methods);
  });
  return [...ofProviders, ...[...classes].flatMap(ofClass)];
}

function ofProvider(
  { sections, catalog }: ResilienceParts,
  name: string,
  methods: readonly LinkedMethod[],
): readonly Fault[] {
  const { methods: overridden, ...own } = sections.own(name);
  const path = providerPath(name);
  const unapplied = catalog
    .kindsIn(own)
    .flatMap(({ kind }) => (methods.some((method) => asksFor(kind, method)) ? [] : [kind]));
  const known = [...new Set(methods.map(({ binding }) => binding.method))];
  const unmatched = Object.keys(settings.isPlain(overridden) ? overridden : {}).filter(
    (method) => !known.includes(method),
  );
  return [
    ...unapplied.map((kind) => ({ path: `${path}.${kind}`, message: adviceFor(kind, name, methods) })),
    ...unmatched.map((method) => ({
      path: `${path}.methods.${settings.isUsualName(method) ? method : settings.shownName(method, known)}`,
      message: `${settings.unknownName('method', method, known)}; the decorated methods of '${name}' are ${known.join(', ')}`,
    })),
  ];
}

/** Whether a method is to have a policy, also where the settings switch it off there. */
function asksFor(kind: string, { binding, pipeline }: LinkedMethod): boolean {
  return binding.everyPolicy || binding.policies.has(kind) || pipeline.policies.some((policy) => policy.kind === kind);
}

function adviceFor(kind: string, provider: string, methods: readonly LinkedMethod[]): string {
  const [first, ...others] = methods.map(({ operation }) => operation);
  const where = others.length === 0 ? first : `${first} or ${others.length} other${others.length > 1 ? 's' : ''}`;
  const decorator = DECORATORS[kind];
  const every = `@Resilient('${settings.shownUserName(provider)}') for every policy of the settings`;
  return `no method applies it: write ${decorator === undefined ? every : `${decorator}, or ${every},`} above ${where}`;
}

function ofClass(constructor: object): readonly Fault[] {
  const provider = ownProviderOfClass(constructor);
  const { name, prototype } = constructor as { name: string; prototype?: object };
  if (provider === undefined || bindingsOf(prototype ?? null).length > 0) return [];
  const decorator = `@Resilient('${settings.shownUserName(provider)}')`;
  const message = `names the provider of its decorated methods and has none, so nothing is protected: decorate each method, for example with ${decorator} for every policy of the settings`;
  return [{ path: `${name} ${decorator}`, message }];
}
