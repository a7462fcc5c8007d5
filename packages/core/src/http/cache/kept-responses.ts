import type { AnswerRegion, KeptAnswer } from '../../cache-storage/answer-region.js';
import type { AnswerStorage } from '../../cache-storage/answer-storage.js';
import { urlTag, varyNames, type CacheRequest } from './cache-request.js';
import type { HttpCacheSettings } from './http-cache.options.js';
import type { StoredAnswer } from './stored-answer.js';

/** Stands where the answers to one URL differ by headers of the request (RFC 9111 §4.1): these. */
interface VaryMark extends KeptAnswer {
  readonly vary: readonly string[];
}

/** The answer that is kept for a request, or that there are others to its URL. */
export interface Found {
  /** Under which requests for the same wait for each other. */
  readonly key: string;
  readonly stored: StoredAnswer | undefined;
  readonly isVaryMiss: boolean;
}

/** The bytes of a mark, about. */
const MARK_BYTES = 300;

/** The answers of a provider's HTTP clients that are kept in this process, by request. */
export class KeptResponses {
  private readonly region: AnswerRegion<StoredAnswer | VaryMark>;

  constructor(
    storage: AnswerStorage,
    private settings: HttpCacheSettings,
  ) {
    this.region = storage.region(settings);
  }

  get entries(): number {
    return this.region.entries;
  }

  get bytes(): number {
    return this.region.bytes;
  }

  reconfigure(settings: HttpCacheSettings): void {
    this.settings = settings;
    this.region.resize(settings);
  }

  /** The answer to a GET answers a HEAD, too (RFC 9110 §9.3.2), where there is none to that. */
  find(request: CacheRequest): Found {
    const { method } = request.of;
    const found = this.findFor(request, method);
    if (method !== 'HEAD' || found.stored !== undefined) return found;
    const { stored } = this.findFor(request, 'GET');
    return stored === undefined ? found : { ...found, stored };
  }

  keep(request: CacheRequest, stored: StoredAnswer): void {
    const key = this.keyOf(request, request.of.method);
    const vary = varyNames(stored.headers['vary']);
    if (vary.length === 0) {
      this.region.set(key, stored);
      return;
    }
    this.region.set(key, { vary, tags: stored.tags, bytes: MARK_BYTES });
    this.region.set(key + request.variantFor(vary), stored);
  }

  /** Answers to the request's URL differ by these headers, as another host has found. */
  mark(request: CacheRequest, vary: readonly string[]): void {
    this.region.set(this.keyOf(request, request.of.method), {
      vary,
      tags: [urlTag(request.of.url)],
      bytes: MARK_BYTES,
    });
  }

  /** The key of the request's own answer, as far as it is known by which headers answers differ. */
  variantKey(request: CacheRequest): { readonly key: string; readonly isKnown: boolean } {
    const key = this.keyOf(request, request.of.method);
    const standing = this.region.get(key);
    if (isMark(standing)) return { key: key + request.variantFor(standing.vary), isKnown: true };
    return { key, isKnown: standing !== undefined };
  }

  drop(request: CacheRequest): void {
    const key = this.keyOf(request, request.of.method);
    const standing = this.region.get(key);
    this.region.delete(isMark(standing) ? key + request.variantFor(standing.vary) : key);
  }

  /** Deletes what bears a tag; how many answers there were. */
  forget(isMeant: (tags: readonly string[]) => boolean): number {
    let marks = 0;
    const forgotten = this.region.forget((answer) => {
      if (!isMeant(answer.tags)) return false;
      if (isMark(answer)) marks++;
      return true;
    });
    return forgotten - marks;
  }

  private findFor(request: CacheRequest, method: string): Found {
    const key = this.keyOf(request, method);
    const standing = this.region.get(key);
    if (!isMark(standing)) return { key, stored: standing, isVaryMiss: false };
    const stored = this.region.get(key + request.variantFor(standing.vary)) as StoredAnswer | undefined;
    return { key, stored, isVaryMiss: stored === undefined };
  }

  private keyOf(request: CacheRequest, method: string): string {
    return request.keyFor(method, this.settings.ignoreHeaders);
  }
}

function isMark(answer: StoredAnswer | VaryMark | undefined): answer is VaryMark {
  return answer !== undefined && 'vary' in answer;
}
