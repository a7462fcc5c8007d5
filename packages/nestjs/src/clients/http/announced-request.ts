import { currentLiveCall, isAbsoluteUrl, type LiveCall } from '@breakwater/core/adapter';
import type { RequestNature } from '@breakwater/core';
import type { AxiosAnswer, AxiosRequest } from './axios-types.js';

/** A request, as its call has noted it. */
export type NotedRequest = ReturnType<LiveCall['sending']>;

/** Where a request of axios, and copies of it, tell how their call has noted them. */
const NOTED = Symbol('noted');
/** The code of axios for a request that it cannot make. */
const NOT_MADE = 'ERR_BAD_REQUEST';

interface Announced {
  [NOTED]?: NotedRequest;
}

interface RequestError {
  readonly code?: unknown;
  readonly config?: AxiosRequest;
  readonly request?: unknown;
  readonly response?: AxiosAnswer;
}

/**
 * Tells the call in whose method a request is made that it is about to be sent. `undefined` where axios will find that
 * its URL is none: the error of that names no request.
 */
export function announce(call: LiveCall, config: AxiosRequest, nature?: RequestNature): NotedRequest | undefined {
  const { url = '', method = 'get' } = config;
  if (isAbsoluteUrl(url) && !URL.canParse(url)) return undefined;
  return ((config as Announced)[NOTED] = call.sending(method.toUpperCase(), nature));
}

/** Takes it back where axios could make no request of it: it knows no such protocol, for example. */
export function takeBack({ code, config, request, response }: RequestError): void {
  if (request !== undefined || response !== undefined || code !== NOT_MADE) return;
  const noted = (config as Announced | undefined)?.[NOTED];
  if (noted === undefined) return;
  forgetSent(currentLiveCall(), noted);
}

/** A request that was announced is not sent. */
export function forgetSent(call: LiveCall | undefined, noted: NotedRequest): void {
  noted.unsent = true;
  call?.requests?.forgetAnnounced(noted);
}
