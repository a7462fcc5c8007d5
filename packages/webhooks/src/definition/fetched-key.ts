import type { Place } from './place.js';

/** The key that a request has to be verified with, for senders whose keys are fetched instead of configured. */
export type FetchedKey =
  /** Its id, to be looked up with the sender. */
  | { readonly kid: Place | 'token' }
  /** The address of the sender's key set (JWKS); all of its keys are tried, or the one that a token names. */
  | { readonly jwks: string }
  /** The address of a certificate or PEM, which the request names. Only `https`, on one of these hosts. */
  | { readonly url: Place; readonly hosts: readonly string[] };
