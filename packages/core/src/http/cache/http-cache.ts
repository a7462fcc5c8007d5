import type { AnswerStorage } from '../../cache-storage/answer-storage.js';
import { LoadsUnderWay } from '../../cache-storage/loads-under-way.js';
import type { Invalidation } from '../../cache-storage/question.js';
import type { ForgetListener, SharedAnswers } from '../../cache-storage/shared-answers.js';
import type { EmitOf } from '../../events/event-hub.js';
import type { Clock } from '../../time/clock.js';
import { AnswerGiver } from './answer-giver.js';
import { CacheRequest, tenantTag, urlTag, type ClientRequest } from './cache-request.js';
import { changedUrls, type WriteAnswer } from './changed-urls.js';
import { Coalescer } from './coalescer.js';
import { FailurePauses } from './failure-pauses.js';
import type { Asker, Given } from './given.js';
import type { HttpCacheSettings } from './http-cache.options.js';
import { HttpCacheReport } from './http-cache-report.js';
import type { HttpBypassReason, HttpCacheEvents, HttpCacheSnapshot } from './http-cache.telemetry.js';
import type { HttpLoad } from './http-load.js';
import { KeptResponses } from './kept-responses.js';
import type { Send } from './live-answer.js';
import { Loader } from './loader.js';
import { SharedLoader } from './shared-loader.js';
import type { StoredAnswer } from './stored-answer.js';
import { verdictOn } from './verdict.js';

/** The parts of a provider that its HTTP cache needs. */
export interface HttpCacheParts {
  readonly clock: Clock;
  readonly storage: AnswerStorage;
  readonly emit: EmitOf<HttpCacheEvents>;
  /** The answers that hosts share, where the settings ask for that. */
  shared(): SharedAnswers;
}

/** Selects kept answers: those that fit everything that is named. */
export interface ResponseSelection {
  readonly tenant?: string | undefined;
  /** Any of several. */
  readonly tags?: readonly string[] | undefined;
}

/**
 * The answers of a provider's HTTP clients, kept and given as RFC 9111 has it for the cache of a single user, and RFC
 * 5861 for stale ones. Requests that ask for the same at once wait for one where its answer may be given to all.
 */
export class HttpCache implements ForgetListener {
  private readonly kept: KeptResponses;
  private readonly report: HttpCacheReport;
  private readonly giver: AnswerGiver;
  private readonly loads = new LoadsUnderWay<HttpLoad<unknown>>();
  private readonly loader: SharedLoader;
  private readonly coalescer: Coalescer;

  constructor(
    private settings: HttpCacheSettings,
    { clock, storage, emit, shared }: HttpCacheParts,
  ) {
    const kept = (this.kept = new KeptResponses(storage, settings));
    const report = (this.report = new HttpCacheReport(emit));
    const pauses = new FailurePauses();
    const common = { clock, report, settings: () => this.settings };
    const giver = (this.giver = new AnswerGiver({ ...common, pauses }));
    const loader = (this.loader = new SharedLoader({
      ...common,
      kept,
      loader: new Loader(kept, common),
      listener: this,
      shared,
      serves: (request, stored) => this.serves(request, stored),
    }));
    this.coalescer = new Coalescer({ clock, kept, report, giver, loader, pauses, loads: this.loads });
  }

  /** Takes new settings over, and keeps what fits. */
  configure(settings: HttpCacheSettings): void {
    if (settings === this.settings) return;
    this.settings = settings;
    this.kept.reconfigure(settings);
  }

  /** The request as the cache sees it; `undefined` where it goes past the cache. */
  requestOf(client: ClientRequest, reason?: HttpBypassReason): CacheRequest | undefined {
    const request = new CacheRequest(client);
    const bypass = reason ?? request.bypass;
    if (bypass === undefined) return request;
    this.report.bypassed(bypass);
    return undefined;
  }

  /** Answers a request: with what is kept, or by `send`. Rejects with the reason of the first signal that aborts. */
  async answer<Raw>(request: CacheRequest, send: Send<Raw>, asker: Asker): Promise<Given<Raw>> {
    const found = this.kept.find(request);
    const verdict = verdictOn(this.giver.judged(request, found.stored));
    if (verdict.kind === 'given') {
      const { stored, refresh } = verdict;
      if (!refresh) return this.giver.hit(stored);
      this.coalescer.refresh({ request, found, why: 'stale', validate: stored, send, asker });
      this.report.stale++;
      return this.giver.give(stored, { detail: 'stale-while-revalidate' });
    }
    if (request.onlyIfCached) return { from: 'nowhere' };
    const why = found.isVaryMiss ? 'vary-miss' : verdict.why;
    if (why === 'stale' && this.giver.isPaused(request, found)) {
      this.report.stale++;
      return this.giver.give(found.stored!, { detail: 'stale-if-error' });
    }
    return this.coalescer.ask({ request, found, why, validate: verdict.validate, send, asker });
  }

  /** A method that changes something was answered: what is kept of the URLs that it changes holds no longer. */
  changed(url: string, answer: WriteAnswer): void {
    const urls = changedUrls(url, answer);
    if (urls.length > 0) this.invalidate({ tags: [...new Set(urls.map(urlTag))] });
  }

  /**
   * Deletes answers, on all hosts where they are shared; how many there were on this one. Those on their way are not
   * kept either.
   */
  invalidate(which: ResponseSelection): number {
    const { tenant, tags } = which;
    this.loader.invalidate({ tenant, tags });
    return this.forget(which);
  }

  /** Whether hosts share the answers. */
  get isShared(): boolean {
    return this.settings.shared;
  }

  /** The same as `invalidate` for this host alone. */
  forget({ tenant, tags }: ResponseSelection): number {
    const ofTenant = tenant === undefined ? undefined : tenantTag(tenant);
    const isMeant = (of: readonly string[]) =>
      (ofTenant === undefined || of.includes(ofTenant)) && (tags?.some((tag) => of.includes(tag)) ?? true);
    this.loads.outdate(
      (load) => isMeant(load.tags),
      (load) => void (load.isOutdated = true),
    );
    const forgotten = this.kept.forget(isMeant);
    this.report.invalidated += forgotten;
    return forgotten;
  }

  /** Another host has invalidated answers. Those of a method are no concern of this cache. */
  hear({ operation, id, tenant, tags }: Invalidation): void {
    if (operation === undefined && id === undefined) this.forget({ tenant, tags });
  }

  /** Hears no more of other hosts. */
  close(): void {
    this.loader.close();
  }

  snapshot(): HttpCacheSnapshot {
    const { entries, bytes } = this.kept;
    return { entries, bytes, loading: this.loads.size, ...this.report.counters };
  }

  /** Whether another host's answer serves. One that is to be refreshed is what is being refreshed. */
  private serves(request: CacheRequest, stored: StoredAnswer): boolean {
    const verdict = verdictOn(this.giver.judged(request, stored));
    return verdict.kind === 'given' && !verdict.refresh;
  }
}
