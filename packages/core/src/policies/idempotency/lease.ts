import type { LiveCall } from '../../call.js';
import type { Timer } from '../../clock.js';
import type { Environment } from '../../policy.js';
import { IdempotencyConflictError } from './idempotency.errors.js';

/** Holds a claimed key: renews the record at a third of the lease, and gives the call up when somebody else has taken it. */
export class Lease {
  private timer: Timer | undefined;
  private renewing: Promise<void> | undefined;

  constructor(
    private readonly key: string,
    private readonly value: string,
    /** The fencing token: every write after the claim names it. */
    public version: string,
    private readonly times: { readonly leaseMs: number; readonly ttlMs: number },
    private readonly environment: Environment,
    private readonly call: LiveCall,
  ) {
    call.interruptible = true;
    this.schedule();
  }

  /** Stops renewing. Resolves when no renewal is under way, so that `version` is the last. */
  async end(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    await this.renewing;
  }

  private schedule(): void {
    this.timer = this.environment.clock.schedule(this.times.leaseMs / 3, () => {
      this.renewing = this.renew();
    });
    this.timer.unref();
  }

  private async renew(): Promise<void> {
    const { store, emit } = this.environment;
    try {
      const result = await store.put(this.key, this.value, { ttlMs: this.times.ttlMs, if: { version: this.version } });
      if ('written' in result) {
        this.version = result.written.version;
      } else {
        emit('idempotency.leaseLost', {}, this.call.operation);
        return this.call.abort(
          new IdempotencyConflictError({ provider: this.call.provider, operation: this.call.operation }),
        );
      }
    } catch {
      emit('idempotency.renewalFailed', {}, this.call.operation);
    }
    if (this.timer !== undefined) this.schedule();
  }
}
