const BRAND = Symbol.for('breakwater.injected-fault');

/** The kind of an injected failure: the status of an answer, or the code of a connection that failed. */
export interface InjectedFault {
  readonly status?: number | undefined;
  /** The answer's `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** As Node names it, such as `'ECONNRESET'`. */
  readonly code?: string | undefined;
}

/**
 * A failure that chaos made up. Shaped like what HTTP clients throw, so that everything takes it for the provider's
 * own.
 */
export class InjectedFaultError extends Error {
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
  readonly code: string | undefined;
  readonly [BRAND] = true;

  constructor(
    readonly provider: string,
    { status, retryAfterMs, code }: InjectedFault,
  ) {
    super(`${provider}: chaos made this call fail with ${code ?? `status ${status}`}`);
    this.name = 'InjectedFaultError';
    this.response = status === undefined ? undefined : { status, headers: headersOf(retryAfterMs) };
    this.code = code;
  }
}

/** Errors that the user made for chaos to throw. */
const ownFaults = new WeakSet<object>();

/** Notes that an error of the user's own making was injected. */
export function markInjected(error: unknown): void {
  if (typeof error === 'object' && error !== null) ownFaults.add(error);
}

/** Whether a failure was made up by chaos: by this copy of the package or another, or by a factory of the settings. */
export function isInjectedFault(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return (error as Record<symbol, unknown>)[BRAND] === true || ownFaults.has(error);
}

/**
 * Whole seconds, as the standard has them (RFC 9110 §10.2.3), and the exact time beside them, as some providers send
 * it.
 */
function headersOf(retryAfterMs: number | undefined): Readonly<Record<string, string>> {
  if (retryAfterMs === undefined) return {};
  return { 'retry-after': String(Math.ceil(retryAfterMs / 1000)), 'retry-after-ms': String(retryAfterMs) };
}
