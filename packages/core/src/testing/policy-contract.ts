import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { Work } from '../engine/call.js';
import { createEnvironment } from '../provider/create-environment.js';
import { EventHub } from '../events/event-hub.js';
import { MemoryStore } from '../store/memory-store.js';
import { Pipeline } from '../engine/pipeline.js';
import type { PolicyKind } from '../engine/policy-kind.js';
import { PolicyCatalog } from '../policies/policy-catalog.js';
import { LiveProvider } from '../provider/live-provider.js';
import { ResilienceConfigurationError, type Fault } from '../settings/fault.js';
import { deferred } from './deferred.js';
import { globalRunner, type TestRunner } from './runner.js';
import { TestClock } from './test-clock.js';

/** The rules of the contract. A policy that means to break one says why. */
export interface PolicyRules {
  'returns what the method returns': string;
  'passes errors untouched': string;
  'leaves no timer and no listener behind': string;
  'survives an abort': string;
  'aborts nothing after success': string;
  'shows plain JSON': string;
}

/** How the policies under test are made, and which rules do not hold for them. */
export interface PolicyContractParts {
  /** The options of the policy, as they stand in the settings of a provider. Default: none but its defaults. */
  options?: unknown;
  /** The rules that do not hold, each with its reason. */
  except?: Partial<PolicyRules>;
  /** Default: the runner whose `describe` and `it` are globals. */
  runner?: TestRunner;
}

/**
 * The contract of every policy around a single call at a time, as tests. `kind` is what `definePolicy` made. Throws a
 * `ResilienceConfigurationError` for options that are none of the policy's.
 */
export function policyContract(
  kind: PolicyKind,
  { options = true, except = {}, runner = globalRunner() }: PolicyContractParts = {},
): void {
  const rule = (name: keyof PolicyRules, body: (bench: Bench) => Promise<void>) => {
    const reason = except[name];
    if (reason === undefined) runner.it(name, () => body(new Bench(kind, options)));
    else runner.it(`does not hold that it ${name}: ${reason}`, async () => undefined);
  };

  runner.describe('policy contract', () => {
    rule('returns what the method returns', async (bench) => {
      const object = { any: 'thing' };
      for (const value of [object, undefined, null, 0, '', false, Number.NaN]) {
        assert.ok(Object.is(await bench.run(async () => value), value));
        assert.ok(Object.is(await bench.run(() => value), value));
      }
    });

    rule('passes errors untouched', async (bench) => {
      const refused = Object.freeze(Object.assign(new Error('no such card'), { status: 402 }));
      await assert.rejects(
        bench.run(() => Promise.reject(refused)),
        (error) => error === refused,
      );
      const thrown = Object.assign(new Error('thrown before there was a promise'), { status: 400 });
      const work = () => {
        throw thrown;
      };
      await assert.rejects(bench.run(work), (error) => error === thrown);
      assert.equal(await bench.run(async () => 'after'), 'after');
    });

    rule('leaves no timer and no listener behind', async (bench) => {
      const { signal } = new AbortController();
      for (let i = 0; i < 100; i++) {
        await bench.run(async () => i, signal);
        await bench
          .run(() => Promise.reject(Object.assign(new Error('refused'), { status: 400 })), signal)
          .catch(() => undefined);
      }
      assert.equal(getEventListeners(signal, 'abort').length, 0);
      assert.equal(bench.clock.pendingTimers('referenced'), 0);
    });

    rule('survives an abort', async (bench) => {
      const reason = new Error('the user left');
      const running = new AbortController();
      const work = deferred();
      const call = bench.run(() => work.promise, running.signal);
      await bench.clock.advance(0);
      running.abort(reason);
      await assert.rejects(call, (error) => error === reason);
      work.reject(new Error('late'));
      let called = false;
      const early = bench.run(() => (called = true), AbortSignal.abort(reason));
      await assert.rejects(early, (error) => error === reason);
      assert.equal(called, false);
      assert.equal(await bench.run(async () => 'after'), 'after');
      assert.equal(getEventListeners(running.signal, 'abort').length, 0);
      assert.equal(bench.clock.pendingTimers('referenced'), 0);
    });

    rule('aborts nothing after success', async (bench) => {
      const caller = new AbortController();
      let signal: AbortSignal | undefined;
      await bench.run(async (call) => void (signal = call.signal), caller.signal);
      caller.abort(new Error('later'));
      await bench.clock.advance('1h');
      assert.equal(signal?.aborted, false);
    });

    rule('shows plain JSON', async (bench) => {
      await bench.run(async () => 'value');
      const shown = bench.snapshot();
      assert.deepEqual(JSON.parse(JSON.stringify(shown)), shown);
    });
  });
}

/** A provider with nothing but the policies under test. */
class Bench {
  readonly clock = new TestClock();
  private readonly provider: LiveProvider;
  private readonly pipeline: Pipeline;

  constructor(kind: PolicyKind, options: unknown) {
    const { clock } = this;
    const faults: Fault[] = [];
    const specs = [...new PolicyCatalog([kind]).read({ [kind.kind]: options }, 'contract', faults).values()].flat();
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
    const store = new MemoryStore({ clock });
    const parts = { name: 'contract', path: 'contract', settings: {}, clock, store, random: () => 0.5 };
    const environment = createEnvironment(parts, new EventHub(), { classify: undefined });
    this.provider = new LiveProvider(parts);
    this.pipeline = new Pipeline(
      specs.map((spec) => spec.create(environment)),
      environment,
    );
  }

  run(work: Work<unknown>, signal?: AbortSignal): Promise<unknown> {
    return this.provider.run(this.pipeline, this.provider.newCall('contract', [], work), signal);
  }

  snapshot(): unknown {
    return this.pipeline.policies.map((policy) => policy.snapshot?.(this.clock.now()) ?? {});
  }
}
