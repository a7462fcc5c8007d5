/** The details of a refusal, for callers of gRPC. */
export interface GrpcDetails {
  /** The status of the call, and its text. */
  readonly code: number;
  readonly message: string;
  /** Becomes the `reason` of a `google.rpc.ErrorInfo`. */
  readonly reason: string;
  readonly provider: string;
  /** Becomes a `google.rpc.RetryInfo`. */
  readonly retryAfterMs?: number | undefined;
}

const TYPES = 'type.googleapis.com/google.rpc.';

/** A `google.rpc.Status` as it goes into the trailers. Source: googleapis `google/rpc/error_details.proto`. */
export function grpcStatusDetails({ code, message, reason, provider, retryAfterMs }: GrpcDetails): Buffer {
  const entry = block(3, block(1, text('provider')), block(2, text(provider)));
  const info = detail('ErrorInfo', block(1, text(reason)), block(2, text('breakwater')), entry);
  const retry = retryAfterMs === undefined ? [] : [detail('RetryInfo', block(1, duration(retryAfterMs)))];
  return Buffer.concat([number(1, code), block(2, text(message)), info, ...retry]);
}

/** One of the `google.protobuf.Any` in `details`. */
function detail(name: string, ...message: readonly Buffer[]): Buffer {
  return block(3, block(1, text(TYPES + name)), block(2, ...message));
}

function duration(ms: number): Buffer {
  return Buffer.concat([number(1, Math.floor(ms / 1000)), number(2, Math.round((ms % 1000) * 1e6))]);
}

function block(field: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
}

function text(value: string): Buffer {
  return Buffer.from(value);
}
