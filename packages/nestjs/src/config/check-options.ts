import type { Fault } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import type { ModuleOptions } from './module-options.js';

/** The options that can be used, and what is wrong with the others. */
export interface CheckedOptions {
  readonly options: ModuleOptions;
  readonly faults: readonly Fault[];
}

/** Tells options of the module that are what they should be from those that are not. What the providers hold is not looked into. */
export function checkOptions(given: ModuleOptions): CheckedOptions {
  const faults: Fault[] = [];
  const usable = Object.entries(given).filter(([name, value]) => {
    if (value === undefined) return false;
    const message = wrongWith(name, value);
    if (message !== undefined) faults.push({ path: `resilience.${name}`, message });
    return message === undefined;
  });
  return { options: Object.fromEntries(usable), faults };
}

interface Expectation {
  readonly fits: (value: unknown) => boolean;
  readonly what: string;
}

const FLAG: Expectation = { fits: (value) => typeof value === 'boolean', what: 'true or false' };

const EXPECTED: Readonly<Record<keyof ModuleOptions, Expectation>> = {
  enabled: FLAG,
  defaults: { fits: settings.isPlain, what: 'an object of policies, for example { retry: { attempts: 3 } }' },
  providers: { fits: settings.isPlain, what: 'an object of providers, for example { payments: { retry: true } }' },
  store: {
    fits: (value) => hasMethods(value, ['get', 'put', 'delete', 'advance', 'close']),
    what: 'a store, for example new MemoryStore()',
  },
  trackCalls: FLAG,
  clock: {
    fits: (value) => hasMethods(value, ['now', 'wallNow', 'yield', 'schedule', 'sleep', 'expireAfter', 'close']),
    what: 'a clock, for example new SystemClock()',
  },
};

function wrongWith(name: string, value: unknown): string | undefined {
  const known = Object.keys(EXPECTED);
  if (!known.includes(name)) return settings.unknownName('setting', name, known);
  const { fits, what } = EXPECTED[name as keyof ModuleOptions];
  return fits(value) ? undefined : `${settings.printed(value)} given; expected ${what}`;
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
  );
}
