import { describe, expect, it } from '@jest/globals';
import { createClassifier } from '../reading/classifier.js';
import { TestClock } from '../../testing/test-clock.js';
import { grpcPushback } from './grpc-pushback.js';

/** An error as `@grpc/grpc-js` raises it. */
function grpcError(...pushback: unknown[]) {
  const metadata = { get: (name: string) => (name === 'grpc-retry-pushback-ms' ? pushback : []) };
  return Object.assign(new Error('14 UNAVAILABLE: busy'), { code: 14, details: 'busy', metadata });
}

describe('gRPC pushback', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['250', 250],
    ['2147483647', 2_147_483_647],
  ])('%j waits exactly so many milliseconds', (text, ms) => {
    expect(grpcPushback(grpcError(text))).toEqual({ pushback: 'exact', retryAfterMs: ms });
  });

  it.each(['-1', '-2147483648', '', 'soon', '1.5', '1e3', ' 5', '05', '+5', '2147483648', '12345678901'])(
    '%j forbids another attempt',
    (text) => {
      expect(grpcPushback(grpcError(text))).toEqual({ pushback: 'never' });
    },
  );

  it('forbids another attempt when it is said twice', () => {
    expect(grpcPushback(grpcError('5', '5'))).toEqual({ pushback: 'never' });
  });

  it('is read as bytes, too', () => {
    expect(grpcPushback(grpcError(Buffer.from('25')))).toEqual({ pushback: 'exact', retryAfterMs: 25 });
  });

  it.each([
    ['metadata without it', grpcError()],
    ['no metadata', { code: 14, details: 'busy' }],
    ['metadata that cannot be asked', { code: 14, details: 'busy', metadata: { get: 'grpc-retry-pushback-ms' } }],
    ['metadata that answers otherwise', { code: 14, details: 'busy', metadata: { get: () => '5' } }],
    ['an error of sockets', { ...grpcError('5'), code: 'ECONNRESET' }],
    ['no details', { ...grpcError('5'), details: undefined }],
    ['text', 'grpc-retry-pushback-ms'],
    ['nothing', undefined],
    ['null', null],
  ])('is not found in %s', (_name, error) => {
    expect(grpcPushback(error)).toBeUndefined();
  });

  it('goes with what the error means otherwise', () => {
    const classify = createClassifier(new TestClock());
    const ofError = (error: unknown) => classify({ ok: false, error });
    const unavailable = { kind: 'unknown', repeatable: false };
    expect(ofError(grpcError('40'))).toEqual({
      kind: 'transient',
      repeatable: false,
      pushback: 'exact',
      retryAfterMs: 40,
    });
    expect(ofError(grpcError('-1'))).toEqual({ ...unavailable, pushback: 'never' });
    expect(ofError(grpcError())).toEqual(unavailable);
  });
});
