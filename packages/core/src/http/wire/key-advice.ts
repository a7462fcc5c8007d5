import type { KeyNotSent } from '../../engine/requests/wire-listener.js';

/** A request that went out without the key of its call. */
export interface KeylessRequest {
  readonly method: string;
  readonly origin: string;
  /** The header in which the key was expected; empty where it belongs into the body. */
  readonly header: string;
}

/** Tells the operator why a request went out without its key, and how it goes along. */
export function keyAdvice(why: KeyNotSent, { method, origin, header }: KeylessRequest): string {
  const request = `${method} to ${origin}`;
  switch (why) {
    case 'left out':
      return (
        `the call has an idempotency key, and its ${request} went out without it, so it is not repeated when its outcome ` +
        `is unknown. Hand the key on: currentCall()?.idempotencyKey in ${header === '' ? 'the body' : `the header ${header}`}, ` +
        "in the client's own option for it, or use the client that @InjectHttp, @InjectFetch or provider.fetch returns."
      );
    case 'used':
      return (
        `a second ${request} with another body went out without the key of its call, which stands for the first one. ` +
        'Give each request a key of its own, and put limiters around the call rather than into its method.'
      );
    case 'untied':
      return (
        `a ${request} was made in the async context of a call that had ended, and went out without a key. ` +
        'Put limiters around the call rather than into its method, or hand them AsyncResource.bind(job).'
      );
  }
}
