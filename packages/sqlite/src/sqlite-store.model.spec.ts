import { MemoryStore, type CountResult, type Entry, type PutCondition, type Store } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { SqliteStore } from './sqlite-store.js';

const key = fc.constantFrom('a', 'b', 'c\0');
const ms = fc.constantFrom(0.5, 1, 7, 100);
/** Picks one of the versions that were seen, counted from the last. */
const seen = fc.nat(3);
const steps = fc.oneof(
  fc.record({ do: fc.constant('get' as const), key }),
  fc.record({
    do: fc.constant('put' as const),
    key,
    ttlMs: ms,
    if: fc.constantFrom('always', 'absent', 'version'),
    seen,
  }),
  fc.record({ do: fc.constant('delete' as const), key, version: fc.boolean(), seen }),
  fc.record({ do: fc.constant('advance' as const), key, byMs: ms, windowMs: ms }),
  fc.record({
    do: fc.constant('count' as const),
    key,
    by: fc.integer({ min: -3, max: 4 }),
    windowMs: fc.constantFrom(7, 100),
  }),
  fc.record({ do: fc.constant('elapse' as const), ms: fc.nat(120) }),
);
type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never;

/** Does what the steps say, and notes every answer, versions counted from the first. */
async function run(store: Store, clock: TestClock, script: readonly Step[]): Promise<unknown[]> {
  const versions: string[] = [];
  const first = await store.put('first', '', { ttlMs: 1, if: 'always' });
  const origin = 'written' in first ? Number(first.written.version) : NaN;
  const noted = (entry: Entry | undefined) => {
    if (entry === undefined) return undefined;
    versions.push(entry.version);
    return { ...entry, version: Number(entry.version) - origin };
  };
  const versionSeen = (back: number) => versions.at(-1 - back) ?? 'none';
  const answers: unknown[] = [];
  for (const [i, step] of script.entries()) {
    switch (step.do) {
      case 'get':
        answers.push(noted(await store.get(step.key)));
        break;
      case 'put': {
        const condition = step.if === 'version' ? { version: versionSeen(step.seen) } : (step.if as PutCondition);
        const result = await store.put(step.key, `value ${i}`, { ttlMs: step.ttlMs, if: condition });
        answers.push('written' in result ? [noted(result.written)] : noted(result.standing));
        break;
      }
      case 'delete':
        answers.push(await store.delete(step.key, step.version ? { version: versionSeen(step.seen) } : undefined));
        break;
      case 'advance':
        answers.push(await store.advance(step.key, step.byMs, step.windowMs));
        break;
      case 'count': {
        const window = { limit: 5, windowMs: step.windowMs, slices: 4 };
        answers.push(withoutTime(await store.count(step.key, step.by, window)));
        break;
      }
      case 'elapse':
        clock.block(step.ms);
    }
  }
  await store.close();
  return answers;
}

/** Slices begin at multiples of their length, and the two stores count their time from other moments. */
function withoutTime({ admitted, used }: CountResult) {
  return { admitted, used };
}

describe('SqliteStore beside MemoryStore', () => {
  it('gives the same answers, whatever is done', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (script) => {
        const [one, other] = [new TestClock(), new TestClock()];
        const answers = await run(new SqliteStore({ file: ':memory:', clock: one }), one, script);
        expect(answers).toEqual(await run(new MemoryStore({ clock: other }), other, script));
      }),
      { numRuns: 200 },
    );
  });
});
