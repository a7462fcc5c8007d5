import type { ResilientProvider } from '@breakwater/core';
import {
  LiveProvider,
  providerOfCall,
  requestingCall,
  type LiveCall,
  type ReachedProvider,
} from '@breakwater/core/adapter';

/** The call in whose method a request is made, and the provider that it goes to. */
export interface GrpcRequest {
  readonly provider: ReachedProvider;
  /** `undefined` outside of a call, and in what an ended call has left running. */
  readonly call: LiveCall | undefined;
}

/**
 * The request that is being made. A provider that is given by its name is that of the call, or of one around it;
 * `undefined` where there is none.
 */
export function grpcRequest(of: string | ResilientProvider): GrpcRequest | undefined {
  const call = requestingCall();
  const provider = typeof of === 'string' ? providerNamed(of, call) : of;
  return provider instanceof LiveProvider ? { provider, call } : undefined;
}

function providerNamed(name: string, call: LiveCall | undefined): ReachedProvider | undefined {
  for (let at = call; at !== undefined; at = at.parent) if (at.provider === name) return providerOfCall(at);
  return undefined;
}
