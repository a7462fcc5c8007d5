import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../store/memory-store.js';
import { definePolicy, type PolicyKind } from '../engine/policy-kind.js';
import type { PolicySpec } from '../engine/policy.js';
import type { Store } from '../store/store.js';
import { policyContract } from './policy-contract.js';
import { options } from '../settings/fields.js';
import { globalRunner, type TestRunner } from './runner.js';
import { storeContract } from './store-contract/store-contract.js';
import { TestClock } from './test-clock.js';

/** Collects the tests of a contract and runs them, so that their verdict can be looked at. */
async function verdicts(contract: (runner: TestRunner) => void): Promise<{ passed: string[]; failed: string[] }> {
  const tests: [string, () => Promise<void>][] = [];
  contract({ describe: (_name, body) => body(), it: (name, body) => tests.push([name, body]) });
  const verdict = { passed: [] as string[], failed: [] as string[] };
  for (const [name, body] of tests) {
    await body().then(
      () => verdict.passed.push(name),
      () => verdict.failed.push(name),
    );
  }
  return verdict;
}

function storeVerdicts(spoil: (store: Store) => Partial<Store>) {
  return verdicts((runner) =>
    storeContract(async () => {
      const clock = new TestClock();
      const store = new MemoryStore({ clock });
      const methods = {
        get: store.get,
        put: store.put,
        delete: store.delete,
        advance: store.advance,
        count: store.count,
        close: store.close,
      };
      const bound = Object.fromEntries(
        Object.entries(methods).map(([name, method]) => [
          name,
          (method as (...args: unknown[]) => unknown).bind(store),
        ]),
      );
      return { store: { ...bound, ...spoil(store) } as Store, elapse: (ms: number) => clock.advance(ms) };
    }, runner),
  );
}

describe('the store contract', () => {
  it('holds for the memory store under any runner that is handed over', async () => {
    expect((await storeVerdicts(() => ({}))).failed).toEqual([]);
  });

  it.each<[string, (store: Store) => Partial<Store>, string]>([
    [
      'lets zombies write',
      (store) => ({
        put: (key, value, when) => store.put(key, value, { ...when, if: when.if === 'absent' ? 'absent' : 'always' }),
      }),
      'by version: writes over that version only',
    ],
    [
      'lets zombies delete',
      (store) => ({ delete: (key) => store.delete(key) }),
      'by version: leaves what another owner has written',
    ],
    [
      'forgets nothing',
      (store) => ({ put: (key, value, when) => store.put(key, value, { ...when, ttlMs: 1e9 }) }),
      'forgets an entry when its time is over',
    ],
    [
      'admits everybody',
      () => ({ advance: async () => ({ admitted: true, aheadMs: 0, retryAfterMs: 0 }) }),
      'never admits more than the window holds',
    ],
    [
      'counts nothing',
      () => ({ count: async () => ({ admitted: true, used: 0, retryAfterMs: 0 }) }),
      'is atomic, and each key is counted by itself',
    ],
    ['reads before it writes', readThenWrite, 'lets one of many win that write at once'],
  ])('catches a store that %s', async (_name, spoil, test) => {
    expect((await storeVerdicts(spoil)).failed).toContain(test);
  });

  function readThenWrite(store: Store): Partial<Store> {
    return {
      put: async (key, value, when) => {
        const standing = await store.get(key);
        const refused =
          when.if === 'absent' ? standing !== undefined : when.if !== 'always' && when.if.version !== standing?.version;
        return refused ? { standing } : store.put(key, value, { ...when, if: 'always' });
      },
    };
  }
});

/** A kind whose policies do something that they must not. */
function spoiltBy(create: PolicySpec['create']): PolicyKind {
  const part = { name: 'spoilt', scope: 'method', of: (settings: object) => settings } as const;
  const kind = { kind: 'spoilt', schema: options({}) };
  return definePolicy({ ...kind, parts: [{ ...part, create: (_settings, environment) => create(environment) }] });
}

describe('the policy contract', () => {
  const policyVerdicts = (create: PolicySpec['create']) =>
    verdicts((runner) => policyContract(spoiltBy(create), { runner }));

  it.each<[string, PolicySpec['create'], string]>([
    [
      'changes results',
      () => ({ kind: 'spoilt', execute: async (call, next) => (await next(call)) ?? (0 as never) }),
      'returns what the method returns',
    ],
    [
      'wraps errors',
      () => ({
        kind: 'spoilt',
        execute: (call, next) =>
          next(call).catch((cause: unknown) => {
            throw new Error('wrapped', { cause });
          }),
      }),
      'passes errors untouched',
    ],
    [
      'leaves timers behind',
      ({ clock }) => ({
        kind: 'spoilt',
        enter: () => void clock.schedule(60_000, () => undefined),
        leave: () => undefined,
      }),
      'leaves no timer and no listener behind',
    ],
    [
      'shows more than JSON',
      () => ({ kind: 'spoilt', enter: () => 1, leave: () => undefined, snapshot: () => ({ since: new Date() }) }),
      'shows plain JSON',
    ],
    [
      'keeps its slot after an abort',
      () => {
        let taken = false;
        return {
          kind: 'spoilt',
          enter: () => {
            if (taken) throw new Error('taken');
            taken = true;
          },
          leave: (_ticket, outcome) => void (taken = outcome.kind === 'cancelled'),
        };
      },
      'survives an abort',
    ],
  ])('catches a policy that %s', async (_name, create, test) => {
    expect((await policyVerdicts(create)).failed).toContain(test);
  });

  it('names the reason for every rule that is said not to hold', async () => {
    const { passed } = await verdicts((runner) =>
      policyContract(definePolicy({ kind: 'none', schema: options({}), parts: [] }), {
        runner,
        except: { 'passes errors untouched': 'it answers in their place' },
      }),
    );
    expect(passed).toContain('does not hold that it passes errors untouched: it answers in their place');
  });
});

describe('a contract', () => {
  it('takes the runner whose globals are there', () => {
    expect(typeof globalRunner().it).toBe('function');
  });
});
