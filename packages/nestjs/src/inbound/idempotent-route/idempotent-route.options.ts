import { ResilienceConfigurationError, type Duration } from '@breakwater/core';
import { isHeaderName, settings } from '@breakwater/core/adapter';
import { customSetting } from '../../config/fields/custom-setting.js';

/** The part of Express' and Fastify's requests that the functions of the options may read. */
export interface InboundRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
  readonly query?: unknown;
  readonly params?: unknown;
  /** As an authentication guard has left it. */
  readonly user?: unknown;
}

/** How a route handles requests once by their `Idempotency-Key`. */
export interface IdempotentRouteOptions {
  /** Whether a request without a key is refused with 400. Default true; otherwise it is handled like any other. */
  required?: boolean;
  /** How long an answer is kept and replayed. Publish it: clients must not reuse a key before. Default `'24h'`. */
  ttl?: Duration;
  /**
   * How long a request that is being handled holds its key when its process gives no sign of life. Renewed at a third
   * of it. Default `'30s'`.
   */
  lease?: Duration;
  /**
   * Tells the principals apart whose keys are their own. Default: `id`, `sub` or `userId` of `request.user`, otherwise
   * the `Authorization` header; give it where that changes between a request and its repetition.
   */
  scope?: (request: InboundRequest) => string;
  /** The part of a request that must be equal when its key comes again. Default: body and query. */
  fingerprint?: (request: InboundRequest) => unknown;
  /** Further headers of an answer that are kept and replayed, beside those that describe its content and its place. */
  headers?: readonly string[];
  /** The longest body of an answer that is kept, in bytes. A longer one is not replayed: 409. Default 256 KiB. */
  maxBytes?: number;
  /**
   * Whether an answer of this status is kept and replayed. Default: of 2xx and 3xx, and of 402, 404, 410 and 422, which
   * are decisions about the request. Others free the key for another try; see `whenUnknown` for 5xx.
   */
  keeps?: (status: number) => boolean;
  /**
   * The reaction to an earlier request with the key that died or failed with a 5xx, and may have had its effect:
   * `repeat` handles it again (default), with the same key for providers; `refuse` answers 409 until it is forgotten.
   */
  whenUnknown?: 'repeat' | 'refuse';
}

const isHeaderNames = (value: unknown) => Array.isArray(value) && value.every(isHeaderName);

const schema = settings.options({
  required: settings.optional(settings.flag(), true),
  ttl: settings.optional(settings.duration({ min: 1000 }), 86_400_000),
  lease: settings.optional(settings.duration({ min: 1000 }), 30_000),
  scope: settings.optional(settings.callback<(request: InboundRequest) => string>('a function of the request')),
  fingerprint: settings.optional(settings.callback<(request: InboundRequest) => unknown>('a function of the request')),
  headers: settings.optional(
    customSetting<readonly string[]>(isHeaderNames, "a list of headers, for example ['X-Order-Id']"),
    [],
  ),
  maxBytes: settings.optional(settings.integer(0, 64 * 1024 * 1024), 256 * 1024),
  keeps: settings.optional(settings.callback<(status: number) => boolean>('a function of the status')),
  whenUnknown: settings.optional(settings.oneOf('repeat', 'refuse'), 'repeat'),
});

export type IdempotentRouteSettings = settings.SettingsOf<typeof schema>;

/** Reads the options of a route. Throws a `ResilienceConfigurationError` with everything that is wrong with them. */
export function readRouteOptions(options: IdempotentRouteOptions): IdempotentRouteSettings {
  const read = settings.readSettings(schema, options, '@IdempotentRoute');
  if (read.faults !== undefined) throw new ResilienceConfigurationError(read.faults);
  return read.settings;
}
