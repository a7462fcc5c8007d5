import { LONGEST_DELAY_MS } from '../../time/clock.js';

/** A `google.rpc.Status` in trailing metadata, as it goes over the wire. */
const STATUS_DETAILS = 'grpc-status-details-bin';
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const QUOTA_FAILURE = 'type.googleapis.com/google.rpc.QuotaFailure';

/** The details of a refusal that say when to come back. */
export interface GrpcRefusal {
  /** The `retry_delay` of a `google.rpc.RetryInfo`, in milliseconds. */
  readonly retryDelayMs?: number | undefined;
  /** Whether a `google.rpc.QuotaFailure` names a quota that is spent. */
  readonly namesQuota: boolean;
}

const NOTHING: GrpcRefusal = Object.freeze({ namesQuota: false });

/** One field of a message: its number, and a varint's value or a block's bytes. */
interface Field {
  readonly number: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

/**
 * When to come back, as the details of a gRPC error say. They say nothing where they cannot be read. Source: googleapis
 * `google/rpc/error_details.proto`.
 */
export function grpcRefusal(metadata: unknown): GrpcRefusal {
  const { get } = (metadata ?? {}) as { get?: unknown };
  if (typeof get !== 'function') return NOTHING;
  const [packed] = [get.call(metadata, STATUS_DETAILS)].flat() as unknown[];
  if (!(packed instanceof Uint8Array)) return NOTHING;
  try {
    return refusalIn(packed);
  } catch {
    return NOTHING;
  }
}

function refusalIn(status: Uint8Array): GrpcRefusal {
  let refusal = NOTHING;
  for (const { number, bytes } of fieldsOf(status)) {
    if (number !== 3) continue;
    const any = [...fieldsOf(bytes)];
    const type = Buffer.from(any.find((field) => field.number === 1)?.bytes ?? EMPTY).toString();
    if (type === QUOTA_FAILURE) refusal = { ...refusal, namesQuota: true };
    if (type !== RETRY_INFO) continue;
    const info = any.find((field) => field.number === 2);
    const delay = info && [...fieldsOf(info.bytes)].find((field) => field.number === 1);
    if (delay !== undefined) refusal = { ...refusal, retryDelayMs: durationMs(delay.bytes) };
  }
  return refusal;
}

function durationMs(duration: Uint8Array): number {
  const fields = [...fieldsOf(duration)];
  const part = (wanted: number) =>
    Number(BigInt.asIntN(64, fields.find(({ number }) => number === wanted)?.value ?? 0n));
  return Math.min(Math.max(0, Math.ceil(part(1) * 1000 + part(2) / 1e6)), LONGEST_DELAY_MS);
}

/** The fields of a protobuf message. Throws a `RangeError` where the bytes end too soon or hold what is not known. */
function* fieldsOf(bytes: Uint8Array): Iterable<Field> {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the message ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number of more than ten bytes');
  };
  const block = (length: number) => {
    if (at + length > bytes.length) throw new RangeError('the message ends within a field');
    return bytes.subarray(at, (at += length));
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    const type = tag & 7;
    if (type === 0) yield { number, value: varint(), bytes: EMPTY };
    else if (type === 1) yield { number, value: 0n, bytes: block(8) };
    else if (type === 2) yield { number, value: 0n, bytes: block(Number(varint())) };
    else if (type === 5) yield { number, value: 0n, bytes: block(4) };
    else throw new RangeError(`wire type ${type}`);
  }
}

const EMPTY = new Uint8Array();
