import type { LiveAnswer } from '@breakwater/core/adapter';
import type { AxiosAnswer, AxiosRequest } from './axios-types.js';

/** Where an answer came from, by the request that followed the redirects. */
interface Answered {
  readonly res?: { readonly responseUrl?: unknown };
}

/** An answer of axios that has just come, with its body as bytes. */
export class CachedAnswer implements LiveAnswer<AxiosAnswer> {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    private readonly answer: AxiosAnswer,
    /** The request as its caller wants it answered. */
    private readonly request: AxiosRequest,
  ) {
    this.status = answer.status;
    this.statusText = answer.statusText;
    this.headers = plainHeaders(answer.headers);
  }

  get url(): string {
    const { responseUrl } = (this.answer.request as Answered | undefined)?.res ?? {};
    return typeof responseUrl === 'string' ? responseUrl : '';
  }

  /** Its body was read by axios, within the bound of the request. An adapter of the user's own may bring anything. */
  body(most: number): Promise<Uint8Array | undefined> {
    const bytes = bytesOf(this.answer.data);
    return Promise.resolve(bytes !== undefined && bytes.byteLength <= most ? bytes : undefined);
  }

  raw(): AxiosAnswer {
    const bytes = bytesOf(this.answer.data);
    const data = bytes === undefined ? (this.answer.data as unknown) : dataFor(this.request, bytes);
    return { ...this.answer, data, config: this.request };
  }

  discard(): void {
    // There is nothing left to be read.
  }
}

/** A body in the form in which axios hands it to `transformResponse`. Source: axios, `adapters/http.js`. */
export function dataFor({ responseType, responseEncoding }: AxiosRequest, bytes: Uint8Array): unknown {
  const copy = Buffer.from(bytes);
  if (responseType === 'arraybuffer') return copy;
  const text = copy.toString(responseEncoding as BufferEncoding | undefined);
  const isUtf8 = responseEncoding === undefined || responseEncoding === 'utf8';
  return isUtf8 && text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Headers by name in lower case, several values joined by a comma. */
export function plainHeaders(headers: object): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && value !== null && value !== false) plain[name.toLowerCase()] = String(value);
  }
  return plain;
}

function bytesOf(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (typeof data === 'string') return Buffer.from(data);
  return data === undefined || data === null || data === '' ? new Uint8Array() : undefined;
}
