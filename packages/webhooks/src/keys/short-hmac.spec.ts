import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ShortHmac } from './short-hmac.js';
import { SignedBytes } from '../definition/signed-bytes.js';

describe('the HMAC of short messages', () => {
  const ascii = fc.string({ unit: 'binary-ascii', maxLength: 60 });

  it.each(['sha1', 'sha256'])('is that of Node with %s, for keys and messages of every length', (algorithm) => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        ascii,
        fc.uint8Array({ maxLength: 3800 }),
        ascii,
        (key, head, body, tail) => {
          const signed = new SignedBytes(head, body, tail, 'latin1');
          const expected = createHmac(algorithm, key).update(head).update(body).update(tail).digest('binary');
          expect(ShortHmac.of(algorithm, Buffer.from(key))!.digest(signed)).toBe(expected);
        },
      ),
    );
  });

  it('leaves long messages, text that is not ASCII, and other hashes to Node', () => {
    const key = Buffer.from('key');
    const hmac = ShortHmac.of('sha256', key)!;
    expect(hmac.digest(new SignedBytes('', Buffer.alloc(4097), '', 'latin1'))).toBeUndefined();
    expect(hmac.digest(new SignedBytes('é', Buffer.alloc(10), '', 'utf8'))).toBeUndefined();
    expect(ShortHmac.of('sha512', key)).toBeUndefined();
  });

  it('knows the vectors of RFC 4231', () => {
    const hmac = (key: Buffer, data: Buffer) =>
      Buffer.from(ShortHmac.of('sha256', key)!.digest(new SignedBytes('', data, '', 'latin1'))!, 'binary').toString(
        'hex',
      );
    expect(hmac(Buffer.alloc(20, 0x0b), Buffer.from('Hi There'))).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    );
    expect(hmac(Buffer.alloc(131, 0xaa), Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'))).toBe(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    );
  });
});
