import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createClassifier } from '../../outcome/reading/classifier.js';
import type { Outcome } from '../../outcome/outcome.js';
import { TestClock } from '../../testing/test-clock.js';
import { restoredError, storedError } from './idempotency-record.js';

const PERMANENT: Outcome = { kind: 'permanent', status: 402 };

/** An error as it comes back from the store. */
function replayed(error: unknown, outcome = PERMANENT): Error {
  return restoredError(JSON.parse(JSON.stringify(storedError(error, outcome))));
}

/** Everything that can be seen on an error. */
function seen(error: Error): unknown {
  return { ...error, message: error.message };
}

describe('an error in the store', () => {
  it('has no response where it had none', () => {
    expect(replayed(Object.assign(new Error('declined'), { response: null }))).not.toHaveProperty('response');
  });

  it.each([
    ['getStatus', { getStatus: () => 402 }],
    ['getResponse', { getResponse: () => 'declined' }],
  ])('may be told to clients only where it is an exception of Nest, which has more than %s', (_name, methods) => {
    expect(replayed(Object.assign(new Error('declined'), methods))).not.toHaveProperty('expose');
  });

  it('is what tells a caller apart which it was, and nothing of the request', () => {
    const declined = Object.assign(new TypeError('declined'), {
      code: 'card_declined',
      status: 402,
      config: { headers: { authorization: 'Bearer secret' } },
      response: { status: 402, data: { decline: 'funds' }, headers: { 'set-cookie': 'secret' } },
    });
    const kept = replayed(declined);
    expect(kept).toBeInstanceOf(Error);
    expect(seen(kept)).toEqual({
      name: 'TypeError',
      message: 'declined',
      code: 'card_declined',
      status: 402,
      response: { status: 402, data: { decline: 'funds' } },
      replayed: true,
    });
    expect(JSON.stringify(storedError(declined, PERMANENT))).not.toContain('secret');
  });

  it('has its status and body wherever its client put them', () => {
    const got = Object.assign(new Error('404'), {
      name: 'HTTPError',
      code: 'ERR_NON_2XX_3XX_RESPONSE',
      options: { headers: { authorization: 'Bearer secret' } },
      response: { statusCode: 404, body: '{"error":"gone"}', headers: {} },
    });
    expect(seen(replayed(got))).toEqual({
      name: 'HTTPError',
      message: '404',
      code: 'ERR_NON_2XX_3XX_RESPONSE',
      response: { statusCode: 404, body: '{"error":"gone"}' },
      replayed: true,
    });
    const client = Object.assign(new Error('422'), { statusCode: 422, body: { reason: 'name' } });
    expect(seen(replayed(client))).toMatchObject({ statusCode: 422, body: { reason: 'name' } });
  });

  it('of Nest has its whole response, and is such that Nest answers with its status although it is none of its own', () => {
    const response = { message: 'no such order', error: 'Not Found', statusCode: 404 };
    const notFound = Object.assign(new Error('no such order'), {
      name: 'NotFoundException',
      status: 404,
      response,
      getStatus: () => 404,
      getResponse: () => response,
    });
    expect(seen(replayed(notFound))).toEqual({
      name: 'NotFoundException',
      message: 'no such order',
      status: 404,
      statusCode: 404,
      expose: true,
      response,
      replayed: true,
    });
  });

  it('is kept without what could not be read again', () => {
    const error = Object.assign(new Error('404'), {
      response: { status: 404, data: Readable.from(['a']), body: null },
      body: new Map(),
    });
    expect(seen(replayed(error))).toEqual({
      name: 'Error',
      message: '404',
      response: { status: 404, body: null },
      replayed: true,
    });
  });

  it.each([
    [new Error('down'), { name: 'Error', message: 'down' }],
    ['just text', { name: 'Error', message: 'just text' }],
    [undefined, { name: 'Error', message: 'undefined' }],
    [null, { name: 'Error', message: 'null' }],
    [
      { name: 5, message: { en: 'down' }, response: 'text' },
      { name: 'Error', message: '[object Object]' },
    ],
  ])('has a name and a message, whatever was thrown: %p', (thrown, stored) => {
    expect(seen(replayed(thrown))).toEqual({ ...stored, replayed: true });
  });

  it('means what it meant when it was thrown, also where only the user’s own word or what is not kept said so', () => {
    const classify = createClassifier(new TestClock());
    const meaningOf = (error: unknown) => classify({ ok: false, error });
    for (const outcome of [PERMANENT, { kind: 'success' }] as const) {
      expect(meaningOf(replayed(new Error('no'), outcome))).toEqual(outcome);
    }
    expect(meaningOf(new Error('no'))).toMatchObject({ kind: 'unknown' });
  });
});
