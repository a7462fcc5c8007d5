import type { Fault } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import type { GenericSchema } from 'valibot';
import { customSetting } from './fields/custom-setting.js';
import type { ModuleOptions } from './module-options.js';

/** The options that can be used, and what is wrong with the others. */
export interface CheckedOptions {
  readonly options: ModuleOptions;
  readonly faults: readonly Fault[];
}

/**
 * Tells options of the module that are what they should be from those that are not. The settings of the
 * providers are not looked into.
 */
export function checkOptions(given: object): CheckedOptions {
  const faults: Fault[] = [];
  const usable = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const read = readOption(name, value);
    if (read.faults === undefined) return [[name, read.value] as const];
    faults.push(...read.faults);
    return [];
  });
  return { options: Object.fromEntries(usable), faults };
}

/** Options of which this package reads the parts. */
const SCHEMAS: Readonly<Record<string, GenericSchema>> = {
  enabled: settings.flag(),
  trackCalls: settings.flag(),
  strict: settings.flag(),
  logger: settings.flag(),
  shutdown: settings.options({ grace: settings.optional(settings.duration()) }),
  memoryStore: settings.options({
    maxEntries: settings.optional(settings.integer(1, Number.MAX_SAFE_INTEGER)),
    maxBytes: settings.optional(settings.integer(1, Number.MAX_SAFE_INTEGER)),
  }),
};

/** Options that are taken as they are: layers that are merged and read later, and objects with an identity. */
const TAKEN_AS_GIVEN: Readonly<Record<string, GenericSchema>> = {
  defaults: customSetting(settings.isPlain, 'an object of policies, for example { retry: { attempts: 3 } }'),
  providers: customSetting(settings.isPlain, 'an object of providers, for example { payments: { retry: true } }'),
  policies: customSetting(
    (value) => Array.isArray(value) && value.every((kind) => hasMethods(kind, ['specs'])),
    'a list of policies that definePolicy has made',
  ),
  store: customSetting(
    (value) => hasMethods(value, ['get', 'put', 'delete', 'advance', 'count', 'close']),
    'a store, for example new MemoryStore()',
  ),
  secrets: customSetting(
    (value) => isSourceList(Array.isArray(value) ? value : (Object(value) as { sources?: unknown }).sources),
    'a list of sources of @breakwater/secrets, for example [envSecrets()], or { sources, keepPrevious, timeout }',
  ),
  clock: customSetting(
    (value) => hasMethods(value, ['now', 'wallNow', 'yield', 'schedule', 'sleep', 'expireAfter', 'close']),
    'a clock, for example new SystemClock()',
  ),
};

function readOption(name: string, value: unknown): { value?: unknown; faults?: readonly Fault[] } {
  const path = `resilience.${name}`;
  const schema = SCHEMAS[name] ?? TAKEN_AS_GIVEN[name];
  if (schema === undefined) {
    const known = [...Object.keys(SCHEMAS), ...Object.keys(TAKEN_AS_GIVEN)];
    const shown = `resilience.${settings.shownName(name, known)}`;
    return { faults: [{ path: shown, message: settings.unknownName('setting', name, known) }] };
  }
  const read = settings.readSettings(schema, value, path);
  if (read.faults !== undefined) return { faults: read.faults };
  return { value: name in SCHEMAS ? read.settings : value };
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
  );
}

function isSourceList(value: unknown): boolean {
  const isNamed = (source: unknown) => typeof (Object(source) as { name?: unknown }).name === 'string';
  return (
    Array.isArray(value) && value.length > 0 && value.every((source) => hasMethods(source, ['get']) && isNamed(source))
  );
}
