import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../../testing/test-clock.js';
import { createClassifier } from '../reading/classifier.js';

const classify = createClassifier(new TestClock());
const ofError = (error: unknown) => classify({ ok: false, error });

/** An error as `@grpc/grpc-js` raises it. */
function grpcError(code: number, details = 'because', trailers: Record<string, unknown> = {}): Error {
  const metadata = { get: (name: string) => (name in trailers ? [trailers[name]] : []) };
  return Object.assign(new Error(`${code}: ${details}`), { code, details, metadata });
}

/** A protobuf field that holds bytes. */
function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** The trailing `google.rpc.Status` with a `RetryInfo` of 7.5 s. */
function retryInfo(): Buffer {
  const duration = Buffer.from([0x08, 7, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]);
  const type = Buffer.from('type.googleapis.com/google.rpc.RetryInfo');
  const quota = field(3, field(1, Buffer.from('type.googleapis.com/google.rpc.QuotaFailure')));
  return Buffer.concat([
    Buffer.from([0x08, 8]),
    field(2, Buffer.from('slow down')),
    quota,
    field(3, Buffer.concat([field(1, type), field(2, field(1, duration))])),
  ]);
}

describe('a gRPC status', () => {
  it.each([
    [1, 'unknown'],
    [2, 'unknown'],
    [3, 'permanent'],
    [4, 'unknown'],
    [5, 'permanent'],
    [6, 'permanent'],
    [7, 'unauthorized'],
    [8, 'throttled'],
    [9, 'permanent'],
    [10, 'transient'],
    [11, 'permanent'],
    [12, 'permanent'],
    [13, 'unknown'],
    [14, 'unknown'],
    [15, 'unknown'],
    [16, 'unauthorized'],
  ])('%i is %s, also as the cause of another error', (code, kind) => {
    expect(ofError(grpcError(code))).toEqual({ kind, repeatable: false });
    expect(ofError(new Error('mapped', { cause: grpcError(code) })).kind).toBe(kind);
  });

  it.each([
    [14, 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1', 'not-sent'],
    [14, 'Name resolution failed for target dns:nowhere', 'not-sent'],
    [14, 'Connection dropped', 'unknown'],
    [14, 'read ECONNRESET', 'unknown'],
    [14, 'Received HTTP status code 429', 'throttled'],
    [14, 'Received HTTP status code 404', 'permanent'],
    [14, 'Received HTTP status code 503', 'unknown'],
    [8, 'Received message larger than max (20 vs. 10)', 'contract'],
    [8, 'Sent message larger than max (20 vs. 10)', 'contract'],
    [8, 'Received message that decompresses to a size larger than 10', 'contract'],
    [8, 'Attempted to send message with a size larger than 10', 'invalid'],
    [8, 'Bandwidth exhausted or memory limit exceeded', 'unknown'],
    [13, 'Request message serialization failure: name: string expected', 'invalid'],
    [13, 'Response message parsing error: index out of range', 'contract'],
    [13, 'Failed to start HTTP/2 stream with error The session has been destroyed', 'not-sent'],
    [13, 'Received RST_STREAM with code 2 (Internal server error)', 'unknown'],
    [14, 'Stream refused by server', 'not-sent'],
    [5, 'No connection established, said the server itself', 'permanent'],
  ])('%i with the details %j is %s', (code, details, kind) => {
    expect(ofError(grpcError(code, details)).kind).toBe(kind);
  });

  it('waits as long as the RetryInfo of the server asks', () => {
    const details = { 'grpc-status-details-bin': retryInfo() };
    expect(ofError(grpcError(8, 'slow down', details))).toMatchObject({ kind: 'throttled', retryAfterMs: 7500 });
  });

  it('takes an UNAVAILABLE that names a time for one that was not done', () => {
    const details = { 'grpc-status-details-bin': retryInfo() };
    expect(ofError(grpcError(14, 'draining', details))).toMatchObject({ kind: 'transient', retryAfterMs: 7500 });
    expect(ofError(grpcError(14, 'draining', { 'grpc-retry-pushback-ms': '40' })).kind).toBe('transient');
    expect(ofError(grpcError(14, 'draining', { 'grpc-retry-pushback-ms': '-1' })).kind).toBe('unknown');
  });

  it('does not come back for a quota that is spent without a time', () => {
    const type = field(1, Buffer.from('type.googleapis.com/google.rpc.QuotaFailure'));
    const details = { 'grpc-status-details-bin': field(3, type) };
    expect(ofError(grpcError(8, 'none left today', details))).toMatchObject({ kind: 'throttled', pushback: 'never' });
    expect(ofError(grpcError(8, 'slow down'))).toEqual({ kind: 'throttled', repeatable: false });
  });

  it.each([
    ['cut off', retryInfo().subarray(0, -3)],
    ['not protobuf', Buffer.from('{"retryDelay":"7s"}')],
    ['of no bytes', Buffer.alloc(0)],
    ['text', 'AAAA'],
    ['one endless number', Buffer.alloc(64, 0xff)],
  ])('is throttled all the same where its details are %s', (_name, bytes) => {
    const outcome = ofError(grpcError(8, 'slow down', { 'grpc-status-details-bin': bytes }));
    expect(outcome).toEqual({ kind: 'throttled', repeatable: false });
  });

  it('is known by its shape in Connect, too, and a number alone is none', () => {
    const connect = { code: 5, rawMessage: 'no such order', metadata: new Headers(), details: [] };
    expect(ofError(Object.assign(new Error('[not_found]'), connect)).kind).toBe('permanent');
    expect(ofError(Object.assign(new Error('own'), { code: 5 })).kind).toBe('unknown');
    expect(ofError(grpcError(99)).kind).toBe('unknown');
  });
});
