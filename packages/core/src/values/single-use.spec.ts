import { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { isSingleUse } from './single-use.js';

class StreamableFile {
  constructor(private readonly stream: Readable) {}

  getStream(): Readable {
    return this.stream;
  }
}

class LazyResponse {
  readonly #body: Readable;

  constructor(body: Readable) {
    this.#body = body;
  }

  get body(): Readable {
    return this.#body;
  }
}

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
    ['has a stream for its Body, as AWS answers', { ContentLength: 5, Body: Readable.from(['a']) }],
    ['holds a stream under any name, as a file of Nest does', new StreamableFile(Readable.from(['a']))],
    ['answers with a stream that is no property of its own', new LazyResponse(Readable.from(['a']))],
    ['holds a response that is not read yet', { response: new Response('body') }],
    ['holds an Observable', { events: { pipe: () => undefined, subscribe: () => undefined } }],
    ['holds a generator', { pages: (async function* () {})() }],
    ['is a list of streams', [Readable.from(['a'])]],
    ['reads from a stream of the web', new Response('body').body?.getReader()],
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
    [[{ id: 1 }, null, 'text']],
    [{ items: [1, 2], total: undefined }],
    [new Blob(['text'])],
  ])('and not when it is %p', (value) => {
    expect(isSingleUse(value)).toBe(false);
  });
  it('serves every caller when its content was read before it was returned, as clients leave the response beside the data', async () => {
    const response = new Response('{"id":1}');
    const stream = Readable.from(['a']);
    const result = { data: await response.json(), response, empty: new Response(null, { status: 204 }), stream };
    expect(isSingleUse(result)).toBe(true);
    await stream.toArray();
    expect(isSingleUse(result)).toBe(false);
  });

  it('serves every caller although axios leaves the request beside the data, which is a stream to write to', () => {
    const request = Object.create(ClientRequest.prototype) as ClientRequest;
    expect(isSingleUse({ status: 200, data: { id: 1 }, headers: {}, request })).toBe(false);
  });
});
