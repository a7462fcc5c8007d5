import { errorChain } from '../../outcome/reading/error-chain.js';
import type { RequestHead } from './request-head.js';

/** The requests that got no answer, by the error that their client gets for it. */
const failed = new WeakMap<object, { readonly head: RequestHead; readonly error: unknown }>();

/** Notes a request that has failed, whichever call it was laid to. */
export function noteFailed(error: unknown, head: RequestHead): void {
  if (typeof error === 'object' && error !== null) failed.set(error, { head, error });
}

/** The request that an error comes from, as far as the error tells it by itself or by a cause. */
export function failedRequest(error: unknown): { readonly head: RequestHead; readonly error: unknown } | undefined {
  for (const each of errorChain(error)) {
    const found = failed.get(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
