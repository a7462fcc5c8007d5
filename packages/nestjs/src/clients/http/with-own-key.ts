import type { KeyUse, LiveCall } from '@breakwater/core/adapter';
import { forgetSent, type NotedRequest } from './announced-request.js';
import type { AxiosAdapter, AxiosInstance, AxiosRequest } from './axios-types.js';

/** A request to the provider, and the call that sends it. */
export interface RequestUnderKey {
  readonly call: LiveCall | undefined;
  readonly noted: NotedRequest | undefined;
  readonly carriesKey: boolean;
  /** The body without the call's key, where that was put into it. */
  readonly plain: { readonly data: unknown } | undefined;
  readonly baseUrl: string;
  readonly instance: AxiosInstance;
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
    const origin = () => new URL(baseUrl).origin;
    try {
      const asked = { call, carriesKey, method: method.toUpperCase(), url: urlOf(request, under), body, origin };
      if (!keyUse.mayCarryKey(asked) && carriesKey) withhold(request, under);
    } catch (error) {
      if (noted !== undefined) forgetSent(call, noted);
      throw error;
    }
    return send(request);
  };
}

/**
 * The parts of the URL, as they are given: axios takes as long to put them together as for the request itself. It does
 * so only where JSON would not tell parameters apart, or has no text for them.
 */
function urlOf(request: AxiosRequest, { instance }: RequestUnderKey): string {
  const { baseURL = '', url = '' } = request;
  const params: unknown = request.params;
  if (params === undefined || params === null) return `${baseURL} ${url}`;
  return isFlat(params) ? `${baseURL} ${url} ${JSON.stringify(params)}` : instance.getUri(request);
}

/** Whether it is a plain object whose values are texts, finite numbers and the like. */
function isFlat(params: unknown): boolean {
  return Object.getPrototypeOf(params) === Object.prototype && Object.values(params as object).every(isPrinted);
}

function isPrinted(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
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
