import { priceWithin } from '../engine/price.js';
import { tieToSignal } from '../engine/abort-with-signal.js';
import { whenRead } from '../engine/attempt/held-stream.js';
import type { LiveCall } from '../engine/live-call.js';
import { lenderOf } from '../engine/nesting.js';
import type { Pipeline } from '../engine/pipeline.js';

/** The parts of a call's surroundings that can abort it. */
interface Ties {
  /** The call in whose method it is made. */
  readonly parent: LiveCall | undefined;
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs a call that its caller's signal or an enclosing call may abort, and that inherits a deadline from the latter.
 * Nothing keeps listening once it has ended.
 */
export function runTied(pipeline: Pipeline, call: LiveCall, { parent, signal }: Ties): Promise<unknown> {
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  if (parent?.aborted === true) return Promise.reject(parent.reason);
  call.parent = parent;
  call.abortable = true;
  const lender = lenderOf(parent);
  if (lender?.provider === call.provider) call.price = priceWithin(lender, call.price);
  const untie = signal && tieToSignal(call, signal);
  const stopListening = parent?.onAbort(() => call.abort(parent.reason, true));
  const untieAll = () => {
    untie?.();
    stopListening?.();
    call.parent = undefined;
  };
  return pipeline.run(call).then(
    (value) => {
      whenRead(value, untieAll);
      return value;
    },
    (error: unknown) => {
      untieAll();
      throw error;
    },
  );
}
