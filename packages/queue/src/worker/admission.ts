import type { LiveCall, LiveProvider, Pipeline } from '@breakwater/core/adapter';
import type { JobSettings } from '../jobs/job-settings.js';

/** A job that is to be admitted. */
export interface Admitted {
  /** Its idempotency key. */
  readonly id: string;
  /** The key of the provider's policies, where each tenant has a quota and a circuit of its own. */
  readonly key: string | undefined;
  /** Aborts the job. Where there is none, the call is made to be aborted by whom it is returned to. */
  readonly signal?: AbortSignal;
  readonly work: (call: LiveCall) => Promise<unknown>;
}

/** How long an admitted job waits for its turn at most, in milliseconds: its lease is renewed meanwhile. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Has jobs pass the gates of their provider, in the background: its circuit breaker, adaptive throttle and rate limit.
 * Calls to the provider that a job makes go with the tokens that it took. Retries and caches are the queue's own, and
 * so is the number of jobs at once.
 */
export class Admission {
  private readonly pipelines = new Map<string, Pipeline>();

  constructor(private readonly provider: LiveProvider) {}

  /** Runs `work` once it is admitted. Returns the call as well, which knows afterwards what its end meant. */
  admit(
    { name, settings }: { readonly name: string; readonly settings: Pick<JobSettings, 'cost'> },
    { id, key, signal, work }: Admitted,
  ): { readonly call: LiveCall; readonly done: Promise<unknown> } {
    const { provider } = this;
    const call = provider.newCall(name, [], work);
    call.key = key;
    call.price = { cost: settings.cost, priority: 'background', wait: LONGEST_WAIT_MS };
    provider.carryKey(call, id);
    call.nested.lends = true;
    if (signal === undefined) {
      call.nested.hasCaller = true;
      call.abortable = true;
    }
    return { call, done: provider.run(this.pipelineFor(name, settings.cost), call, signal) };
  }

  private pipelineFor(name: string, cost: number): Pipeline {
    let pipeline = this.pipelines.get(name);
    if (pipeline === undefined) this.pipelines.set(name, (pipeline = this.newPipeline(name, cost)));
    return pipeline;
  }

  /** Has those gates that the provider has at a time: they come and go with its settings. */
  private newPipeline(name: string, cost: number): Pipeline {
    const ifNamed = new Map<string, Readonly<Record<string, string | number>>>([
      ['circuitBreaker', {}],
      ['adaptiveThrottle', {}],
      ['rateLimit', { cost, priority: 'background', backgroundWait: LONGEST_WAIT_MS }],
    ]);
    const plan = { operation: name, method: name, policies: new Map(), ifNamed, own: 'overridden' } as const;
    return this.provider.pipelineFor(plan, []);
  }
}
