import { mergeSettings, settings, type Fault, type Layer } from '@breakwater/core';
import { httpSchema, type HttpSettings } from '../http/http.options.js';
import { webhookSchema, type WebhookSettings } from '../webhooks/webhook.options.js';
import { environmentOverrides } from './environment-overrides.js';
import type { ResilienceOptions } from './resilience.options.js';

/** The settings of one provider that this package reads itself. The engine reads the rest. */
export interface Sections {
  readonly http?: HttpSettings;
  readonly webhook?: WebhookSettings;
}

export const SECTIONS = ['http', 'webhook'] as const;

export interface ProviderLayers extends Sections {
  readonly name: string;
  readonly settings: Layer;
  /** What the environment says: stronger than decorators. */
  readonly top: Layer;
  readonly faults: readonly Fault[];
}

export interface ReadResilience {
  readonly providers: readonly ProviderLayers[];
  readonly faults: readonly Fault[];
}

const KNOWN = ['enabled', 'defaults', 'providers', 'store', 'clock', 'trackCalls'];

/** Lays defaults, the providers' settings and the environment over each other. Nothing is thrown: faults are collected. */
export function readResilience(
  options: ResilienceOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ReadResilience {
  const faults: Fault[] = Object.keys(options)
    .filter((name) => !KNOWN.includes(name))
    .map((name) => ({ path: `resilience.${name}`, message: `unknown setting; known are ${KNOWN.join(', ')}` }));
  const providers = (options.providers ?? {}) as Layer;
  const overrides = environmentOverrides(environment, providers);
  const enabled = overrides.enabled ?? options.enabled;
  const { trackCalls } = options;
  for (const [name, flag] of Object.entries({ enabled, trackCalls })) {
    if (flag === undefined || typeof flag === 'boolean') continue;
    faults.push({ path: `resilience.${name}`, message: `${JSON.stringify(flag)} given; expected true or false` });
  }
  faults.push(...overrides.faults);
  const defaults = mergeSettings(options.defaults as Layer | undefined, overrides.defaults);
  return {
    faults,
    providers: Object.keys(providers).map((name) => {
      const own = providers[name] as Layer;
      const top = mergeSettings(overrides.providers[name], enabled === false ? { enabled: false } : undefined);
      return { name, settings: mergeSettings(defaults, own), top, ...readSections(name, mergeSettings(own, top)) };
    }),
  };
}

export function readSections(name: string, layer: Layer): Sections & { faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const read = <S extends Parameters<typeof settings.readSettings>[0]>(
    section: (typeof SECTIONS)[number],
    schema: S,
  ) => {
    if (layer[section] === undefined) return undefined;
    const result = settings.readSettings(schema, layer[section], `resilience.providers.${name}.${section}`);
    if (result.faults !== undefined) faults.push(...result.faults);
    return result.settings;
  };
  const http = read('http', httpSchema);
  const webhook = read('webhook', webhookSchema);
  return { faults, ...(http && { http }), ...(webhook && { webhook }) };
}
