const BRAND = Symbol.for('breakwater.resilience-error');

/** The facts in an error of the engine, besides its message. */
export interface ResilienceErrorInfo {
  readonly provider: string;
  readonly operation?: string | undefined;
  /** How long to wait before trying again, in milliseconds, where that is known. */
  readonly retryAfterMs?: number | undefined;
  /** The error behind it, where there is one. */
  readonly cause?: unknown;
}

let stacks = false;

/** Whether the engine's errors carry a stack. Off by default: building one is most of what failing fast costs. */
export function captureStacks(on: boolean): void {
  stacks = on;
}

/**
 * An error of the engine itself: it names who refused, why, and when to come back. Recognised across copies of the
 * package.
 */
export abstract class ResilienceError extends Error {
  /** Stable, for programs, such as `CIRCUIT_OPEN`. */
  abstract readonly code: string;
  /** The provider that the call was for. */
  readonly provider: string;
  /** The operation, such as `PaymentsClient.charge`; `undefined` where it concerns none. */
  readonly operation: string | undefined;
  /** How long to wait before trying again, in milliseconds; `undefined` where that is not known. */
  readonly retryAfterMs: number | undefined;
  readonly [BRAND] = true;

  constructor(message: string, info: ResilienceErrorInfo) {
    const limit = Error.stackTraceLimit;
    if (!stacks) Error.stackTraceLimit = 0;
    super(message, info.cause === undefined ? undefined : { cause: info.cause });
    Error.stackTraceLimit = limit;
    this.name = new.target.name;
    this.provider = info.provider;
    this.operation = info.operation;
    this.retryAfterMs = info.retryAfterMs;
  }

  /**
   * The HTTP status with which a server may answer. Error handlers of frameworks, such as Nest's `BaseExceptionFilter`
   * and Express, look for this and the names below: so the answer is right where no filter of ours gives it.
   */
  get statusCode(): number {
    return 503;
  }

  /** The same, as Express and others read it. */
  get status(): number {
    return this.statusCode;
  }

  /** The same, as Nest reads it. */
  getStatus(): number {
    return this.statusCode;
  }

  /** Whether clients may read the message. */
  get expose(): boolean {
    return true;
  }

  /** Headers of the answer: `Retry-After` in seconds, where the wait is known (RFC 9110 §10.2.3). */
  get headers(): Readonly<Record<string, string>> {
    const { retryAfterMs = Infinity } = this;
    return Number.isFinite(retryAfterMs) ? { 'Retry-After': String(Math.ceil(Math.max(0, retryAfterMs) / 1000)) } : {};
  }

  /**
   * The `extensions` of the error in an answer of GraphQL. Servers take them from here, for field resolvers as well,
   * whose errors Nest shows to no filter unless it is told to.
   */
  get extensions(): Readonly<Record<string, unknown>> {
    const { code, provider, statusCode, retryAfterMs = Infinity } = this;
    const wait = Number.isFinite(retryAfterMs) && { retryAfterMs: Math.ceil(Math.max(0, retryAfterMs)) };
    return { code, provider, ...wait, http: { status: statusCode } };
  }

  static override [Symbol.hasInstance](this: { prototype: object }, value: unknown): boolean {
    if (this === (ResilienceError as unknown)) return isResilienceError(value);
    return typeof value === 'object' && value !== null && Object.prototype.isPrototypeOf.call(this.prototype, value);
  }
}

/** Whether an error was raised by the engine, by this copy of it or another. */
export function isResilienceError(error: unknown): error is ResilienceError {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
}

/** A guard for one code, which also knows errors of other copies of the package. */
export function guardFor<E extends ResilienceError>(code: string): (error: unknown) => error is E {
  return (error): error is E => isResilienceError(error) && error.code === code;
}
