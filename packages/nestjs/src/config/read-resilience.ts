import type { Fault } from '@breakwater/core';
import { settings, type Layer } from '@breakwater/core/adapter';
import { httpSchema, type HttpSettings } from '../http/http.options.js';
import { webhookSchema, type WebhookSettings } from '../webhooks/webhook.options.js';
import { checkOptions } from './check-options.js';
import { environmentOverrides } from './environment-overrides.js';
import { layProvider } from './lay-provider.js';
import type { ResilienceOptions } from './resilience.options.js';

/** The settings of one provider that this package reads itself. The engine reads the rest. */
export interface Sections {
  readonly http?: HttpSettings;
  readonly webhook?: WebhookSettings;
}

/** The sections, and what in an application takes new ones. */
export const SECTIONS = { http: 'Resilience.reconfigure', webhook: 'Resilience.reconfigure' } as const;

export interface ProviderLayers extends Sections {
  readonly name: string;
  readonly settings: Layer;
  /** What the environment says: stronger than decorators. */
  readonly top: Layer;
  readonly faults: readonly Fault[];
}

export interface ReadResilience {
  /** Those that can be used. */
  readonly options: ResilienceOptions;
  readonly providers: readonly ProviderLayers[];
  readonly faults: readonly Fault[];
}

/** Lays defaults, the providers' settings and the environment over each other. Nothing is thrown: faults are collected. */
export function readResilience(
  given: ResilienceOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ReadResilience {
  const overrides = environmentOverrides(environment, settings.isPlain(given.providers) ? given.providers : {});
  const enabled = (overrides.enabled ?? given.enabled) as boolean | undefined;
  const { options, faults: wrong } = checkOptions({ ...given, enabled });
  const faults = [...wrong, ...overrides.faults];
  const defaults = readDefaults(layProvider(options.defaults as Layer, overrides.defaults), faults);
  const providers = Object.entries(options.providers ?? {}).map(([name, own]): ProviderLayers => {
    if (!settings.isPlain(own)) faults.push(notSettings(name, own));
    const layers = layProvider(defaults, settings.isPlain(own) ? own : {});
    const top = layProvider(overrides.providers[name], enabled === false ? { enabled: false } : {});
    return { name, settings: layers, top, ...readSections(name, layProvider(layers, top)) };
  });
  return { options, providers, faults };
}

export function readSections(name: string, layer: Layer): Sections & { faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const read = <S extends Parameters<typeof settings.readSettings>[0]>(section: keyof Sections, schema: S) => {
    if (layer[section] === undefined) return undefined;
    const result = settings.readSettings(schema, layer[section], `resilience.providers.${name}.${section}`);
    if (result.faults !== undefined) faults.push(...result.faults);
    return result.settings;
  };
  const http = read('http', httpSchema);
  const webhook = read('webhook', webhookSchema);
  return { faults, ...(http && { http }), ...(webhook && { webhook }) };
}

/** The settings of a provider that the engine reads, who refuses what are none. */
export function withoutSections(layer: Layer): Layer {
  if (!settings.isPlain(layer)) return layer;
  return Object.fromEntries(Object.entries(layer).filter(([name]) => !(name in SECTIONS)));
}

/** What can hold for every provider. What cannot is said once, here, rather than of each of them. */
function readDefaults(given: Layer, faults: Fault[]): Layer {
  const path = 'resilience.defaults';
  const usable = Object.entries(given).filter(([name, value]) => {
    const message = `it belongs to a single provider: give it to resilience.providers.<name>.${name}`;
    const wrong = name in SECTIONS ? [{ path: `${path}.${name}`, message }] : unknownDefaults({ [name]: value }, path);
    faults.push(...wrong);
    return wrong.length === 0;
  });
  return Object.fromEntries(usable);
}

function unknownDefaults(given: Layer, path: string): readonly Fault[] {
  return settings.unknownSettings(given, path, ['methods', 'classify', 'enabled']);
}

function notSettings(name: string, given: unknown): Fault {
  const message = `${settings.printed(given)} given; expected an object of settings, for example { retry: { attempts: 3 } }`;
  return { path: `resilience.providers.${name}`, message };
}
