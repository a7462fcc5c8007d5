import type { LiveCall } from '@breakwater/core/adapter';

type Listener = (this: unknown, event: { readonly type: 'abort' }) => void;

/**
 * A call's signal, as far as axios asks for one. One of the web's own costs a request as much as all the policies
 * around it.
 */
export class CallSignal {
  private readonly stops = new Map<unknown, () => void>();

  constructor(private readonly call: LiveCall) {}

  get aborted(): boolean {
    return this.call.aborted;
  }

  get reason(): unknown {
    return this.call.reason;
  }

  addEventListener(type: string, listener: Listener): void {
    if (type !== 'abort' || this.stops.has(listener)) return;
    const stop = this.call.onAbort(() => listener.call(this, { type: 'abort' }));
    this.stops.set(listener, stop);
  }

  removeEventListener(_type: string, listener: Listener): void {
    this.stops.get(listener)?.();
    this.stops.delete(listener);
  }
}
