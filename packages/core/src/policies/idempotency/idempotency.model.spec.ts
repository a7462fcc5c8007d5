import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ResilientProvider } from '../../provider/resilient-provider.js';
import { createProvider } from '../../provider/create-provider.js';
import { MemoryStore } from '../../store/memory-store.js';
import type { Store } from '../../store/store.js';
import { deferred, type Deferred } from '../../testing/deferred.js';
import { networkError, httpError, turn, watch } from '../../testing/calls.fixture.js';
import { modelRuns } from '../../testing/model-runs.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';

const LEASE_MS = 30_000;
const TTL_MS = 300_000;
const TICK_MS = LEASE_MS / 3;
const HOSTS = 2;
const KEY = { operation: 'charge', idempotencyKey: 'order-1' };

type End = 'success' | 'refused' | 'no answer' | 'not sent';
type Action =
  | { readonly kind: 'begin' | 'cut' | 'restore'; readonly host: number }
  | { readonly kind: 'end'; readonly host: number; readonly end: End }
  | { readonly kind: 'advance'; readonly ms: number };

const onHost = fc.nat(HOSTS - 1);
const END: fc.Arbitrary<End> = fc.constantFrom('success', 'refused', 'no answer', 'not sent');
const advance = (...ms: number[]) => fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(...ms) });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('begin' as const), host: onHost }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cut' as const), host: onHost }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restore' as const), host: onHost }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), host: onHost, end: END }) },
  { weight: 5, arbitrary: advance(1, TICK_MS - 1, TICK_MS, LEASE_MS - 1, LEASE_MS) },
  { weight: 1, arbitrary: advance(TTL_MS - LEASE_MS, TTL_MS) },
);

/** A host that dies, or hangs, at work, and another that takes its key over: chance alone seldom comes to that. */
const TAKEN_OVER: readonly Action[] = [
  { kind: 'begin', host: 0 },
  { kind: 'cut', host: 0 },
  { kind: 'advance', ms: LEASE_MS },
  { kind: 'begin', host: 1 },
];
const actions = fc
  .tuple(fc.constantFrom([], TAKEN_OVER), fc.array(action, { minLength: 3, maxLength: 40 }))
  .map(([before, after]) => [...before, ...after]);

/** A store that a host reaches, or does not. */
function reachable(store: Store, isCut: () => boolean): Store {
  const through =
    <A extends unknown[], R>(operation: (...args: A) => Promise<R>) =>
    (...args: A) =>
      isCut() ? Promise.reject(new Error('away')) : operation.apply(store, args);
  return {
    get: through(store.get),
    put: through(store.put),
    delete: through(store.delete),
    advance: through(store.advance),
    count: through(store.count),
    close: async () => undefined,
  };
}

/** One run of the method, as the model sees it. */
interface Run {
  readonly id: number;
  readonly attempt: number;
  /** Renews at each of these steps after it began; not any more once its end was to be written. */
  nextTick: number;
}

/** The record that must stand under the key, by the state machine. */
type Standing =
  | { readonly state: 'pending'; readonly run: Run; writtenAt: number }
  | { readonly state: 'unknown'; readonly attempt: number; readonly writtenAt: number }
  | { readonly state: 'done' | 'failed'; readonly by: number; readonly writtenAt: number };

interface ModelHost {
  cut: boolean;
  run: Run | undefined;
  /** Runs that certainly did nothing, and whose claims it could not release; until when it remembers them at least. */
  readonly unreleased: Map<Run, number>;
}

/** The state machine of a key, without any of the code. */
class Model {
  now = 0;
  standing: Standing | undefined;
  readonly hosts: readonly ModelHost[] = Array.from({ length: HOSTS }, () => ({
    cut: false,
    run: undefined,
    unreleased: new Map(),
  }));
  private runs = 0;

  /** Tells how a call on this host must go on: `run N as attempt A`, or why not. */
  begin(host: ModelHost): string {
    if (host.run !== undefined) return 'conflict';
    if (host.cut) {
      this.forgetUnreleased(host);
      return 'unavailable';
    }
    const { standing } = this;
    switch (standing?.state) {
      case 'done':
        return `result of ${standing.by}`;
      case 'failed':
        return `refusal of ${standing.by}`;
      case 'pending':
        if (host.unreleased.has(standing.run)) return this.claim(host, standing.run.attempt);
        if (this.now - standing.writtenAt < LEASE_MS) return 'conflict';
        return this.claim(host, standing.run.attempt + 1);
      case 'unknown':
        return this.claim(host, standing.attempt + 1);
      case undefined:
        return this.claim(host, 1);
    }
  }

  /** Ends the run of this host, if it has one. The caller has its outcome whatever the store does. */
  end(host: ModelHost, end: End): string {
    const { run } = host;
    if (run === undefined) return 'nothing to end';
    host.run = undefined;
    if (!host.cut && this.holds(run)) this.settle(run, end);
    else if (host.cut && end === 'not sent' && run.attempt === 1) {
      this.forgetUnreleased(host);
      host.unreleased.set(run, this.now + 2 * LEASE_MS);
    }
    return `run ${run.id} ended`;
  }

  private settle(run: Run, end: End): void {
    const { now: writtenAt } = this;
    if (end === 'success') this.standing = { state: 'done', by: run.id, writtenAt };
    else if (end === 'refused') this.standing = { state: 'failed', by: run.id, writtenAt };
    else if (end === 'no answer' || run.attempt > 1)
      this.standing = { state: 'unknown', attempt: run.attempt, writtenAt };
    else this.standing = undefined;
  }

  /** Time passes. Returns the hosts whose runs have lost their key, in the order in which they noticed. */
  advance(ms: number): ModelHost[] {
    const until = this.now + ms;
    const lost: ModelHost[] = [];
    for (;;) {
      const due = this.hosts.filter(({ run }) => run !== undefined && run.nextTick <= until);
      due.sort((a, b) => a.run!.nextTick - b.run!.nextTick);
      const [host] = due;
      if (host === undefined) break;
      const run = host.run!;
      this.pass(run.nextTick);
      run.nextTick += TICK_MS;
      if (host.cut) continue;
      if (this.holds(run)) (this.standing as { writtenAt: number }).writtenAt = this.now;
      else {
        host.run = undefined;
        lost.push(host);
      }
    }
    this.pass(until);
    return lost;
  }

  /** Whenever a claim cannot be reached, the host forgets those of long ago. */
  private forgetUnreleased({ unreleased }: ModelHost): void {
    for (const [run, until] of unreleased) if (until <= this.now) unreleased.delete(run);
  }

  private claim(host: ModelHost, attempt: number): string {
    const run = { id: ++this.runs, attempt, nextTick: this.now + TICK_MS };
    host.run = run;
    this.standing = { state: 'pending', run, writtenAt: this.now };
    return `run ${run.id} as attempt ${attempt}`;
  }

  private holds(run: Run): boolean {
    return this.standing?.state === 'pending' && this.standing.run === run;
  }

  private pass(to: number): void {
    this.now = to;
    if (this.standing !== undefined && to >= this.standing.writtenAt + TTL_MS) this.standing = undefined;
  }
}

/** The code, driven as the model is. */
class System {
  readonly clock = new TestClock();
  readonly hosts: readonly SystemHost[];
  runs = 0;

  constructor() {
    const store = new MemoryStore({ clock: this.clock });
    this.hosts = Array.from({ length: HOSTS }, () => new SystemHost(this, store));
  }
}

class SystemHost {
  cut = false;
  working:
    { readonly id: number; readonly work: Deferred<string>; readonly call: ReturnType<typeof watch> } | undefined;
  private readonly provider: ResilientProvider;
  private readonly events: ReturnType<typeof recordEvents>;

  constructor(
    private readonly system: System,
    store: Store,
  ) {
    const idempotency = { lease: LEASE_MS, ttl: TTL_MS, wait: 0 };
    this.provider = createProvider(
      'payments',
      { idempotency },
      { clock: system.clock, store: reachable(store, () => this.cut) },
    );
    this.events = recordEvents(this.provider);
  }

  async begin(): Promise<string> {
    const before = this.events.ofType('idempotency.reclaimed').length;
    const work = deferred<string>();
    let id = 0;
    const call = watch(this.provider.execute(() => ((id = ++this.system.runs), work.promise), KEY));
    await turn();
    if (id > 0) {
      this.working = { id, work, call };
      const reclaimed = this.events.ofType('idempotency.reclaimed').slice(before)[0];
      const { attempt = 1 } = (reclaimed?.detail ?? {}) as { attempt?: number };
      return `run ${id} as attempt ${attempt}`;
    }
    const { error, value } = call as { error?: { code?: string; status?: number; message?: string }; value?: unknown };
    if (error === undefined) return String(value);
    if (error.code === 'IDEMPOTENCY_CONFLICT') return 'conflict';
    return error.code === 'STORE_UNAVAILABLE' ? 'unavailable' : String(error.message);
  }

  async end(end: End): Promise<string> {
    if (this.working === undefined) return 'nothing to end';
    const { id, work, call } = this.working;
    this.working = undefined;
    if (end === 'success') work.resolve(`result of ${id}`);
    else if (end === 'refused') work.reject(Object.assign(httpError(402), { message: `refusal of ${id}` }));
    else work.reject(networkError(end === 'not sent' ? 'ECONNREFUSED' : 'ECONNRESET'));
    await turn();
    return call.settled ? `run ${id} ended` : `run ${id} goes on`;
  }

  /** The code of the error with which its run was aborted, because another has the key. */
  noticedLoss(): unknown {
    const { call } = this.working ?? {};
    if (call?.settled !== true) return undefined;
    this.working = undefined;
    return (call.error as { code?: unknown }).code;
  }
}

describe('the state machine of an idempotency key', () => {
  it('goes on as its model does, whichever hosts claim, crash, come back as zombies, renew, settle, release and expire', async () => {
    const property = fc.asyncProperty(actions, async (sequence) => {
      const model = new Model();
      const system = new System();
      for (const [step, done] of sequence.entries()) {
        const [seen, due] = await take(done, model, system);
        expect({ step, done, seen }).toEqual({ step, done, seen: due });
      }
    });
    await fc.assert(property, { numRuns: modelRuns(400) });
  });
});

/** Does the same to both. Returns what was seen of the code, and what the model says of it. */
async function take(done: Action, model: Model, system: System): Promise<readonly [seen: unknown, due: unknown]> {
  if (done.kind === 'advance') {
    const lost = model.advance(done.ms);
    await system.clock.advance(done.ms);
    await turn();
    const noticed = system.hosts.map((host) => host.noticedLoss());
    return [noticed, model.hosts.map((host) => (lost.includes(host) ? 'IDEMPOTENCY_CONFLICT' : undefined))];
  }
  const [expected, host] = [model.hosts[done.host]!, system.hosts[done.host]!];
  switch (done.kind) {
    case 'begin':
      return [await host.begin(), model.begin(expected)];
    case 'end':
      return [await host.end(done.end), model.end(expected, done.end)];
    default:
      expected.cut = host.cut = done.kind === 'cut';
      return [undefined, undefined];
  }
}
