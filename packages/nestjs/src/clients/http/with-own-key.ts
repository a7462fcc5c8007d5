import type { KeyUse, LiveCall } from '@breakwater/core/adapter';
import { forgetSent, type NotedRequest } from './announced-request.js';
import type { AxiosAdapter, AxiosRequest } from './axios-types.js';

/** A request to the provider, and the call that sends it. */
export interface RequestUnderKey {
  readonly call: LiveCall | undefined;
  readonly noted: NotedRequest | undefined;
  readonly carriesKey: boolean;
  /** The body without the call's key, where that was put into it. */
  readonly plain: { readonly data: unknown } | undefined;
  readonly baseUrl: string;
}

/**
 * An adapter that takes the key of its call out of a request to which it does not belong: a limiter inside a method
 * starts requests in the async context of another call. Throws a `RequestAmbiguousError` where the request may not be
 * sent. Bodies are compared as they go out.
 */
export function withOwnKey(send: AxiosAdapter, keyUse: KeyUse, under: RequestUnderKey): AxiosAdapter {
  return (request) => {
    const { call, noted, carriesKey, baseUrl } = under;
    const { method = 'post', data: body } = request;
    const asked = { call, carriesKey, method: method.toUpperCase(), url: placeOf(request), body };
    try {
      if (!keyUse.mayCarryKey({ ...asked, origin: () => new URL(baseUrl).origin }) && carriesKey)
        withhold(request, under);
    } catch (error) {
      if (noted !== undefined) forgetSent(call, noted);
      throw error;
    }
    return send(request);
  };
}

/** The parts of the URL, as they are given: axios takes as long to put them together as for the request itself. */
function placeOf({ baseURL = '', url = '', params }: AxiosRequest): string {
  const query: unknown = params;
  return `${baseURL} ${url} ${query === undefined ? '' : (JSON.stringify(query) ?? '')}`;
}

function withhold(request: AxiosRequest, { call, noted, plain }: RequestUnderKey): void {
  const header = call?.idempotencyHeader;
  if (header !== undefined) request.headers.delete(header);
  if (plain !== undefined) request.data = transformed(plain.data, request);
  if (call === undefined || noted === undefined) return;
  forgetSent(call, noted);
  call.sending(noted.method, { ...noted.nature, carriesKey: false }).isKeyWithheld = true;
}

/** The body as axios makes it of what it is given. */
function transformed(data: unknown, request: AxiosRequest): unknown {
  const steps = [request.transformRequest ?? []].flat();
  return steps.reduce((body: unknown, step) => step.call(request, body, request.headers) as unknown, data);
}
