import { createHash } from 'node:crypto';
import { cacheDirectives, type CacheDirectives } from '../../headers/cache-control.js';
import type { HttpBypassReason } from './http-cache.telemetry.js';

/** How a request wants to use the cache, as `fetch` names it. Source: WHATWG Fetch, "cache mode". */
export type CacheMode = 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached';

/** A request that a client is about to send, with all the headers that it will carry. */
export interface ClientRequest {
  readonly provider: string;
  /** The key of the call that makes it, such as a tenant. */
  readonly tenant: string | undefined;
  /** In upper case. */
  readonly method: string;
  /** Absolute, without a fragment. */
  readonly url: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly mode: CacheMode;
  /** The client, where what it adds by itself may differ from another's. */
  readonly client: 'fetch' | 'axios';
}

/**
 * Headers that say nothing of who asks: those of content negotiation, by which an answer says itself whether it differs
 * (`Vary`), those of tracing, those of the connection, and those that speak to caches. Each by its whole name: others
 * that begin alike choose a host (`Host`), a tenant (`Accept-Profile` of PostgREST) or a version of the interface.
 */
const NEUTRAL =
  /^(?:accept(?:-(?:charset|encoding|language))?|user-agent|origin|referer|cache-control|pragma|connection|te|date|content-(?:encoding|language|length|type)|dnt|priority|sec-(?:ch|fetch)-.+|traceparent|tracestate|baggage|b3|x-b3-.+|sentry-trace|x-datadog-.+|x-amzn-trace-id|x-cloud-trace-context|uber-trace-id|newrelic|elastic-apm-traceparent|x-request-id|request-id|x-correlation-id|correlation-id|x-client-request-id|idempotency-key)$/;
/** Negotiated by the client itself, and undone before the answer is kept. */
const ENCODING = 'accept-encoding';
/** Headers that clients add as they send, each its own. */
const ADDED = new Set(['accept', 'accept-language', 'user-agent', 'connection']);
const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'];

/** A GET or HEAD request as the cache sees it. */
export class CacheRequest {
  /** The directives of the request. `Pragma: no-cache` counts where there are none (RFC 9111 §5.4). */
  readonly control: CacheDirectives;

  constructor(readonly of: ClientRequest) {
    const { headers } = of;
    const text = headers['cache-control'];
    this.control = cacheDirectives(text ?? (/no-cache/i.test(headers['pragma'] ?? '') ? 'no-cache' : undefined));
  }

  /** Why the request goes past the cache; `undefined` where it does not. */
  get bypass(): HttpBypassReason | undefined {
    const { headers, mode } = this.of;
    if (mode === 'no-store' || this.control.has('no-store')) return 'no-store';
    if (headers['range'] !== undefined) return 'range';
    return CONDITIONS.some((name) => headers[name] !== undefined) ? 'conditional' : undefined;
  }

  get onlyIfCached(): boolean {
    return this.of.mode === 'only-if-cached' || this.control.has('only-if-cached');
  }

  /**
   * The key of its answers: the provider, the tenant, the method, the URL, and every header by which the provider may
   * tell who asks.
   */
  keyFor(method: string, ignored: readonly string[]): string {
    const { provider, tenant, url, headers } = this.of;
    const telling = Object.entries(headers)
      .filter(([name]) => !NEUTRAL.test(name) && !ignored.includes(name))
      .sort(([one], [other]) => (one < other ? -1 : 1));
    return digest([1, provider, tenant ?? null, method, url, telling]);
  }

  /** Tells apart the answers to one key that differ by these headers of the request (RFC 9111 §4.1). */
  variantFor(names: readonly string[]): string {
    const { headers, client } = this.of;
    return digest(names.map((name) => [name, headers[name] ?? (ADDED.has(name) ? { client } : null)]));
  }
}

/** The names of a `Vary` field, in lower case, that tell answers apart which are kept unpacked. */
export function varyNames(vary: string | undefined): readonly string[] {
  const names = (vary ?? '').split(',').map((name) => name.trim().toLowerCase());
  return [...new Set(names)].filter((name) => name !== '' && name !== ENCODING).sort();
}

/** The tag of all answers to a URL, for every tenant and credential. */
export function urlTag(url: string): string {
  return `url:${digest([url])}`;
}

/** The tag of all answers to one tenant. */
export function tenantTag(tenant: string): string {
  return `tenant:${digest([tenant])}`;
}

/** A URL as requests name it. */
export function withoutFragment({ href, hash }: URL): string {
  return hash === '' ? href.replace(/#$/, '') : href.slice(0, -hash.length);
}

/** Nothing of a credential can be read from it. */
function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
}
