import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { isSingleUse } from './single-use.js';

describe('a result is for one caller only when it', () => {
  it.each([
    ['is a response of fetch', new Response('body')],
    ['is a response whose body is empty', new Response(null, { status: 204 })],
    ['is a stream of the web', new Response('body').body],
    ['is a stream of Node', Readable.from(['a'])],
    ['is an Observable', { pipe: () => undefined, subscribe: () => undefined }],
    ['is a generator', [1].values()],
    ['is an asynchronous generator', (async function* () {})()],
    ['has a stream for its body, as undici answers', { statusCode: 200, headers: {}, body: Readable.from(['a']) }],
    ['has a stream for its data, as axios answers', { status: 200, data: new Response('x').body }],
    ['is a symbol', Symbol('completed')],
    [
      'does not let itself be looked at',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('hands off');
          },
        },
      ),
    ],
  ])('%s', (_name, value) => {
    expect(isSingleUse(value)).toBe(true);
  });

  it.each([
    [undefined],
    [null],
    [0],
    [''],
    ['text'],
    [false],
    [{}],
    [[]],
    [[1, 2]],
    [new Map([[1, 2]])],
    [{ status: 200, data: { items: [] }, headers: {} }],
    [{ body: null, data: 'text' }],
    [{ next: 'page-2', items: [] }],
    [{ next: () => 'page-2' }],
    [Buffer.from('bytes')],
  ])('and not when it is %p', (value) => {
    expect(isSingleUse(value)).toBe(false);
  });
});
