import * as v from 'valibot';
import { isHeaderName } from '../headers/header-name.js';
import type { Duration } from '../settings/duration.js';
import { consistent, duration, flag, integer, optional, options } from '../settings/fields.js';
import { oauth2Schema, type OAuth2Options } from './oauth2/oauth2.options.js';
import { httpCacheSchema, type HttpCacheOptions } from './cache/http-cache.options.js';
import { isPlain } from '../values/is-plain.js';
import { printed } from '../values/printed.js';

/** A credential, or a function that reads it anew for each request, so that it can be rotated. */
export type CredentialText = string | (() => string);

/**
 * `Authorization: Bearer …`, `Authorization: Basic …` (RFC 7617), a header of the provider's own, such as `X-Api-Key`,
 * or an access token of OAuth 2.
 */
export type HttpAuth<Secret = CredentialText> =
  | { bearer: Secret }
  | { basic: { username: Secret; password: Secret } }
  | { header: { name: string; value: Secret } }
  | { oauth2: OAuth2Options<Secret> };

/** How a provider is reached over HTTP, and which requests are its own. */
export interface HttpOptions<Secret = CredentialText> {
  /**
   * Absolute. The credential, the headers and the idempotency key go to this origin only: neither to an absolute URL
   * elsewhere nor along a redirect away.
   */
  baseUrl?: string;
  /** The credential of every request. A header that the caller sets wins. */
  auth?: HttpAuth<Secret>;
  /** Further headers of every request. */
  headers?: Readonly<Record<string, string>>;
  /**
   * The provider's own hosts, such as `'api.stripe.com'` or `'*.stripe.com'`. Requests to others (telemetry, token
   * endpoints) then count for nothing. Default: every request made in a call counts as sent by it, and answers of the
   * `baseUrl`'s origin, or of any host where there is no `baseUrl`, say what became of the call.
   */
  hosts?: readonly string[];
  /**
   * Whether the engine watches which requests a call sends, whichever client sends them. Default true where calls are
   * tracked.
   */
  watch?: boolean;
  /**
   * Whether each request of the clients that are handed out draws from the provider's rate limit, and may wait in it,
   * rather than each call: one that reads thirty pages takes thirty tokens. Default false.
   */
  limitEachRequest?: boolean;
  /**
   * Whether the answers to GET and HEAD requests are kept, as their headers allow (RFC 9111), for the clients that are
   * handed out. `true`: with the defaults. One request goes past it with `cache: 'no-store'`, or `Cache-Control:
   * no-store`. Default false. See docs/caching.md.
   */
  cache?: boolean | HttpCacheOptions;
  /** The most bytes of one answer that are read, unpacked. Beyond it the request fails. Default 32 MiB. */
  maxResponseBytes?: number;
  /** Sends the requests: an undici `Dispatcher` for `fetch`, an `http.Agent` or `{ http, https }` of them for axios. */
  agent?: object;
  /**
   * An HTTP proxy, such as `'http://proxy:3128'`, with its credential where it wants one. `https` goes through tunnels
   * (RFC 9110 §9.3.6), for which `maxSockets` and `timeouts` hold as for any connection. For `fetch` it needs the
   * package `undici`. With an `agent` it is left to axios, which opens a tunnel for each request. Without it those of
   * the environment (`HTTPS_PROXY`, `NO_PROXY`) hold as clients heed them: `fetch` with Node's `NODE_USE_ENV_PROXY`,
   * within `maxSockets` and `timeouts`, and axios by itself, which opens a tunnel for each request, outside of both:
   * name the proxy here instead.
   */
  proxy?: string;
  /** The most connections to one origin that are open at once. Default 100. */
  maxSockets?: number;
  timeouts?: {
    /** How long making a connection may take. Default `'10s'`. */
    connect?: Duration;
    /** How long an open connection may be silent while an answer is awaited. No limit unless given. */
    idle?: Duration;
  };
}

/** Hold where the settings say nothing. */
export const HTTP_DEFAULTS = { maxResponseBytes: 32 * 1024 * 1024, maxSockets: 100, connectMs: 10_000 } as const;

const hostName = /^(\*\.)?[a-z\d_-]+(\.[a-z\d_-]+)*(:\d{1,5})?$/i;
const isHosts = (value: unknown) =>
  Array.isArray(value) && value.every((host) => typeof host === 'string' && hostName.test(host));
const isAgent = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a setting is an absolute http or https URL. */
export function isHttpUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
}

/** Options that are the same for every adapter. */
export const httpEntries = {
  hosts: optional(v.custom<readonly string[]>(isHosts, "expected a list of hosts, for example ['api.example.com']")),
  watch: optional(flag()),
  limitEachRequest: optional(flag()),
  cache: optional(httpCacheSchema),
  maxResponseBytes: optional(integer(1, Number.MAX_SAFE_INTEGER)),
  agent: optional(v.custom<object>(isAgent, 'expected an agent, or { http, https } of agents')),
  proxy: optional(v.custom<string>(isHttpUrl, "expected the URL of an HTTP proxy, for example 'http://proxy:3128'")),
  maxSockets: optional(integer(1, 100_000)),
  timeouts: optional(options({ connect: optional(duration({ min: 1 })), idle: optional(duration({ min: 1 })) })),
};

const credential = v.custom<CredentialText>(
  (value) => (typeof value === 'string' && value !== '') || typeof value === 'function',
  'expected text, or a function that returns it',
);
const headerName = v.custom<string>(isHeaderName, "expected the name of a header, for example 'X-Api-Key'");
const isHeaders = (value: unknown) =>
  isPlain(value) && Object.entries(value).every(([name, text]) => isHeaderName(name) && typeof text === 'string');

/** The schema of core's own `http` settings. */
export const httpSchema = consistent(
  options({
    baseUrl: optional(v.custom<string>(isHttpUrl, 'expected an absolute http or https URL')),
    auth: optional(
      options({
        bearer: optional(credential),
        basic: optional(options({ username: credential, password: credential })),
        header: optional(options({ name: headerName, value: credential })),
        oauth2: optional(oauth2Schema(credential)),
      }),
    ),
    headers: optional(v.custom<Readonly<Record<string, string>>>(isHeaders, 'expected an object of headers')),
    ...httpEntries,
  }),
  ['auth'],
  ({ auth }) =>
    auth === undefined || Object.values(auth).filter((way) => way !== undefined).length === 1
      ? undefined
      : { at: 'auth', message: 'expected exactly one of bearer, basic, header and oauth2' },
);

/** Describes what was given in core's own `http` settings: nothing of a credential, and no value of a header. */
export function describeHttp(given: unknown, [option]: readonly string[]): string {
  const isSecret = option === undefined || option === 'auth' || option === 'headers';
  if (isSecret && typeof given === 'string') return 'text';
  return isSecret && typeof given === 'number' ? 'a number' : printed(given);
}

export type ReadHttp = v.InferOutput<typeof httpSchema>;
