import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { catalog } from '../src/policies/catalog.js';
import type { Layer } from '../src/settings/merge-settings.js';
import type { Fault } from '../src/settings/fault.js';
import { EVERY_POLICY } from '../src/testing/every-policy.fixture.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Parts of a policy that no document places in the order: they refuse no call. */
const UNSEEN = new Set(['retryBudget', 'rateLimitPrice']);

describe('the order of policies', () => {
  const settings = catalog.merge(...(Object.values(EVERY_POLICY) as Layer[]));
  const specs = catalog.inOrder([...catalog.read(settings, '', []).values()].flat());
  const names = specs.map(({ name }) => name).filter((name) => !UNSEEN.has(name));
  const inWords = names.map((name) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

  it.each(['docs/policies.md', 'packages/core/README.md', 'packages/nestjs/README.md'])(
    'stands in %s as the catalog has it',
    (document) => {
      const [stated = ''] = /fallback →[^]*?→\s+the method/.exec(text(document)) ?? [];
      const order = stated.replaceAll(/[[\]\s]+/g, ' ').split(' → ');
      expect(order.map((name) => name.trim())).toEqual([...inWords, 'the method']);
    },
  );
});

/** Options as their types describe them, with settings that a policy needs besides. */
const DOCUMENTED: readonly { file: string; type: string; kind: string; base?: Layer; under?: string }[] = [
  { file: 'adaptive-throttle/adaptive-throttle', type: 'AdaptiveThrottleOptions', kind: 'adaptiveThrottle' },
  { file: 'bulkhead/bulkhead', type: 'BulkheadOptions', kind: 'bulkhead' },
  { file: 'bulkhead/adaptive-limit', type: 'AdaptiveLimitOptions', kind: 'bulkhead', under: 'adaptive' },
  { file: 'cache/cache', type: 'CacheOptions', kind: 'cache', base: { ttl: '1m' } },
  { file: 'chaos/chaos', type: 'ChaosOptions', kind: 'chaos', base: { latency: { rate: 0.1, delay: 5 } } },
  { file: 'circuit-breaker/circuit-breaker', type: 'CircuitBreakerOptions', kind: 'circuitBreaker' },
  { file: 'hedge/hedge', type: 'HedgeOptions', kind: 'hedge' },
  { file: 'idempotency/idempotency', type: 'IdempotencyOptions', kind: 'idempotency' },
  { file: 'rate-limit/rate-limit', type: 'RateLimitOptions', kind: 'rateLimit', base: { limit: 10 } },
  { file: 'rate-limit/quota', type: 'CommonQuotaOptions', kind: 'rateLimit', base: { limit: 10 } },
  { file: 'retry/retry', type: 'RetryOptions', kind: 'retry' },
];

interface Option {
  readonly name: string;
  /** The default of its doc comment, as it is written there. */
  readonly stated: string;
  readonly doc: string;
}

/** Settings that say only whether an option was given. */
const WHETHER_GIVEN = new Set(['pauseIsGiven']);

/** Such options stay unset unless given: their defaults stand in the algorithms, whose own specs hold them. */
const OF_AN_ALGORITHM = /^`(?:aimd|gradient)`/;

/** The options of an interface whose doc comment says `Default …` with a value. */
function optionsOf(file: string, type: string): readonly Option[] {
  const source = ts.createSourceFile(file, text(file), ts.ScriptTarget.Latest, true);
  const declaration = source.statements.find(
    (node): node is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(node) && node.name.text === type,
  );
  return (declaration?.members ?? ts.factory.createNodeArray<ts.TypeElement>()).flatMap((member) => {
    const doc = ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(member)[0]?.comment) ?? '';
    const stated = /\bDefault (`[^`]+`|true|false|-?\d+(?:\.\d+)?(?: [KM]iB)?)/.exec(doc.replaceAll(/\s+/g, ' '))?.[1];
    return stated === undefined ? [] : [{ name: member.name!.getText(source), stated, doc }];
  });
}

/** `` `'2m'` ``, `0.5`, `64 MiB`, `true` or `` `{ quantile: 0.95 }` `` as a value. */
function valueOf(stated: string): unknown {
  const code = stated.replaceAll('`', '');
  const [, size, unit] = /^(\d+) ([KM])iB$/.exec(code) ?? [];
  if (size !== undefined) return Number(size) * (unit === 'K' ? 1024 : 1_048_576);
  if (code === 'undefined') return undefined;
  return JSON.parse(code.replaceAll("'", '"').replaceAll(/(\w+):/g, '"$1":'));
}

describe('a default in the documentation of an option', () => {
  /** Settings as the policy reads them; functions made on the way count for nothing. */
  function read(kind: string, given: Layer): string {
    const faults: Fault[] = [];
    const specs = catalog.read({ [kind]: given }, '', faults).get(kind);
    expect(faults).toEqual([]);
    return JSON.stringify(
      specs?.map(({ settings }) => settings),
      (name, value: unknown) => {
        return WHETHER_GIVEN.has(name) ? undefined : value;
      },
    );
  }

  const cases = DOCUMENTED.flatMap(({ file, type, ...rest }) =>
    optionsOf(`packages/core/src/policies/${file}.options.ts`, type)
      .filter(({ doc }) => !OF_AN_ALGORITHM.test(doc))
      .map((option) => ({ type, ...option, ...rest })),
  );

  it('is found for most options', () => {
    expect(new Set(cases.map(({ type }) => type)).size).toBe(DOCUMENTED.length);
    expect(cases.length).toBeGreaterThan(35);
  });

  it.each(cases)('is the one of the settings: $type $name, $stated', ({ kind, base = {}, under, name, stated }) => {
    const within = (options: Layer): Layer => (under === undefined ? options : { [under]: options });
    expect(read(kind, { ...base, ...within({ [name]: valueOf(stated) }) })).toBe(
      read(kind, { ...base, ...within({}) }),
    );
  });
});
