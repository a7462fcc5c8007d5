import { LONGEST_DELAY_MS } from '../../time/clock.js';
import type { Outcome } from '../outcome.js';

const PUSHBACK = 'grpc-retry-pushback-ms';
/** A signed 32-bit integer without leading zeros, as far as it is not negative. */
const MILLISECONDS = /^(0|[1-9]\d{0,9})$/;

/**
 * The word of a gRPC server on another attempt, in the trailing metadata of an error as `@grpc/grpc-js` raises it: to
 * wait exactly so many milliseconds, or, with a negative number or anything else, never. Source: gRFC A6, "Server
 * Pushback".
 */
export function grpcPushback(error: unknown): Pick<Outcome, 'retryAfterMs' | 'pushback'> | undefined {
  const values = trailersOf(error)?.get(PUSHBACK);
  if (!Array.isArray(values) || values.length === 0) return undefined;
  const text = String(values[0]);
  const ms = values.length === 1 && MILLISECONDS.test(text) ? Number(text) : Infinity;
  return ms > LONGEST_DELAY_MS ? { pushback: 'never' } : { pushback: 'exact', retryAfterMs: ms };
}

/** The trailing metadata of a gRPC error: a status number, its text, and metadata that is asked by name. */
function trailersOf(error: unknown): { get(name: string): unknown } | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, details, metadata } = error as { code?: unknown; details?: unknown; metadata?: { get?: unknown } };
  if (typeof code !== 'number' || typeof details !== 'string') return undefined;
  return typeof metadata?.get === 'function' ? (metadata as { get(name: string): unknown }) : undefined;
}
