import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { createProvider, ResilienceConfigurationError } from '@breakwater/core';
import { findCredentials } from '@breakwater/secrets/testing';
import { describe, expect, it } from '@jest/globals';
import type { ResilienceOptions } from '../src/composition/resilience.options.js';
import { secret } from '../src/config/fields/secret.js';
import { startResilience } from './start-resilience.fixture.js';

type Path = readonly string[];
type Layer = Readonly<Record<string, unknown>>;

/** Credentials of known forms, made anew by each run, and such as people think up. */
const SECRETS: readonly (() => string)[] = [
  () => `sk_live_${token(24)}`,
  () => `ghp_${token(36)}`,
  () => `github_pat_${token(22)}_${token(59)}`,
  () => `xoxb-${digits(12)}-${digits(12)}-${token(24)}`,
  () => `AKIA${token(16).toUpperCase()}`,
  () => `SG.${token(22)}.${token(43)}`,
  () => `whsec_${randomBytes(24).toString('base64')}`,
  () => `AIza${token(35)}`,
  () => [{ alg: 'HS256' }, { sub: token(8) }].map(encoded).join('.') + `.${token(43)}`,
  () => randomBytes(24).toString('base64'),
  () => randomBytes(24).toString('base64url'),
  () => randomBytes(16).toString('hex'),
  () => randomBytes(16).toString('hex').toUpperCase(),
  () => randomUUID(),
  () => `Bearer ${token(32)}`,
  () => `postgres://shop:${token(12)}@db.internal:5432/shop`,
  () => `https://shop:${token(12)}@api.example.com/v1`,
  () => `https://api.example.com/v1?key=${token(16)}`,
  () => `Server=db;User Id=shop;Password=${token(10)};`,
  () => `-----BEGIN PRIVATE KEY-----\n${randomBytes(30).toString('base64')}\n-----END PRIVATE KEY-----`,
  () => digits(16),
  () => 'hunter22',
  () => 'swordfish',
  () => 'correct horse battery staple',
  () => 'Tr0ub4dor&3',
  () => 'Sommer2026!',
  () => 'qwertzuiop',
  () => 'LETMEINPLEASE',
];

/** Settings that are right, in each way in which those of one provider can be. */
const RIGHT: readonly Layer[] = [
  {
    http: { baseUrl: 'https://api.example.com', auth: { bearer: 'x' } },
    webhook: { sender: 'stripe', secrets: ['whsec_8f2bd5c1a7e94f03b6d1'] },
    rateLimit: { limit: 10, per: '1s' },
    methods: { charge: {} },
  },
  {
    http: { baseUrl: 'https://api.example.com', auth: { basic: { username: 'x', password: 'x' } } },
    rateLimit: { bucket: 10, refill: 1, per: '1s' },
  },
  {
    http: { hosts: ['api.example.com'], auth: { header: { name: 'X-Key', value: 'x' } } },
    rateLimit: { quotas: [{ limit: 10, per: '1s' }] },
  },
  { http: { baseUrl: 'https://api.example.com', auth: { oauth2: { tokenUrl: 'https://auth.example.com/token' } } } },
  { preset: 'stripe', http: {}, webhook: { secrets: ['whsec_8f2bd5c1a7e94f03b6d1'] } },
];

describe('a secret in the wrong place of the settings', () => {
  const perWay = RIGHT.map((right, way) => {
    const place = (layer: Layer) => ofProvider(layer, right);
    // Options that the other ways have as the first one are not looked for again.
    const names = way === 0 ? [[]] : Object.keys(right).map((name) => [name]);
    const paths = names.flatMap((name) =>
      [name, ['methods', 'charge', ...name]].flatMap((path) => optionsIn(place, faultsOf, path)),
    );
    return { right, paths };
  });
  const options = new Map(perWay.flatMap(({ right, paths }) => paths.map((path) => [path.join('.'), { right, path }])));
  // Each run puts secrets of other forms into the same places.
  let turn = randomInt(SECRETS.length);
  const some = () => [SECRETS[turn++ % SECRETS.length]!()];

  it('is looked for in every option that there is', () => {
    expect(options.size).toBeGreaterThan(150);
    expect([...options.keys()]).toEqual(
      expect.arrayContaining([
        'http.auth.bearer',
        'http.auth.oauth2.clientSecret',
        'http.timeouts.connect',
        'webhook.inbox.lease',
        'methods.charge.retry.backoff.jitter',
        'rateLimit.quotas.0.per',
        'circuitBreaker.window',
      ]),
    );
  });

  it('is in no fault of a provider’s options', () => {
    const shown = [...options.values()].flatMap(({ right, path }) =>
      showing(some(), (placed) => faultsOf(ofProvider(at(path, placed), right))),
    );
    expect(shown).toEqual([]);
  });

  it('is in no fault of the module’s own options', () => {
    const own = optionsIn((layer) => layer).filter(([first]) => first !== 'providers');
    expect(own.length).toBeGreaterThan(10);
    const all = SECRETS.map((make) => make());
    expect(own.flatMap((path) => showing(all, (placed) => faultsOf(at(path, placed))))).toEqual([]);
  });

  it('is in no fault of the environment', () => {
    const shown = [...options.values()].flatMap(({ right, path }) => {
      const name = path.map((part) => part.replaceAll(/[A-Z]/g, '_$&').toUpperCase()).join('__');
      const variable = `RESILIENCE__PAYMENTS__${name}`;
      return showing(some(), (value) => faultsOf(ofProvider({}, right), { [variable]: String(value) }));
    });
    expect(shown).toEqual([]);
  });

  it('is in no fault of the engine by itself', () => {
    const own = optionsIn((layer) => layer, faultsOfEngine);
    expect(own.length).toBeGreaterThan(100);
    expect(own.flatMap((path) => showing(some(), (placed) => faultsOfEngine(at(path, placed))))).toEqual([]);
  });
});

/** A secret alone, in a list, as a name, as the value of an unknown name, and as a number where it is one. */
function placesOf(value: string): readonly unknown[] {
  const named = [{ [value]: 1 }, { [value]: value }, { [value]: { [value]: [value] } }];
  return [value, [value], ...named, { name: value }, secret(value), ...(/^\d+$/.test(value) ? [Number(value)] : [])];
}

/** The message with each secret of the given forms put in every way into one place; those alone that show it. */
function showing(values: readonly string[], faults: (placed: unknown) => string): readonly string[] {
  return values.flatMap((value) =>
    placesOf(value)
      .map(faults)
      .filter((text) => findCredentials(text, [value]).length > 0)
      .map((text) => `${value} is shown: ${text}`),
  );
}

function faultsOf(options: Layer, environment: Record<string, string> = {}): string {
  const { parts } = startResilience(options as unknown as ResilienceOptions, environment);
  return new ResilienceConfigurationError([...parts.faults, ...parts.warnings]).message;
}

function faultsOfEngine(options: Layer): string {
  try {
    createProvider('payments', options).close();
    return '';
  } catch (error) {
    return String(error);
  }
}

function ofProvider(layer: Layer, right: Layer): Layer {
  return { providers: { payments: merged(right, layer) } };
}

/** Every option, found by what is said of one that there is not. */
function optionsIn(
  place: (layer: Layer) => Layer,
  faults: (options: Layer) => string = faultsOf,
  path: Path = [],
): Path[] {
  if (path.length > 6) return [];
  const known = knownIn(faults(place(at(path, { zz: 1 }))));
  const inList = known.length > 0 ? [] : knownIn(faults(place(at(path, [{ zz: 1 }]))));
  const inner = [...known.map((name) => [...path, name]), ...inList.map((name) => [...path, '0', name])];
  return inner.flatMap((option) => [option, ...optionsIn(place, faults, option)]);
}

function knownIn(faults: string): readonly string[] {
  const [, known] = /\.zz: unknown (?:option|setting); known are (.*)$/im.exec(faults) ?? [];
  return [...new Set(known?.split(', '))];
}

function at(path: Path, value: unknown): Layer {
  return path.reduceRight<unknown>((inner, name) => (name === '0' ? [inner] : { [name]: inner }), value) as Layer;
}

function merged(below: unknown, above: unknown): Layer {
  const isLayer = (value: unknown) => typeof value === 'object' && value !== null && value.constructor === Object;
  if (!isLayer(below) || !isLayer(above)) return (above ?? below) as Layer;
  const all = { ...(below as Layer) };
  for (const [name, value] of Object.entries(above as Layer)) all[name] = merged(all[name], value);
  return all;
}

function token(length: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from(randomBytes(length), (byte) => letters[byte % letters.length]).join('');
}

function digits(length: number): string {
  return Array.from(randomBytes(length), (byte) => 1 + (byte % 9)).join('');
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
