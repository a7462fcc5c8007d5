import type { AnswerStorage } from '../../cache-storage/answer-storage.js';
import { LoadsUnderWay } from '../../cache-storage/loads-under-way.js';
import type { Invalidation } from '../../cache-storage/question.js';
import type { ForgetListener, SharedAnswers } from '../../cache-storage/shared-answers.js';
import { isResilienceError } from '../../errors/resilience-error.js';
import type { EmitOf } from '../../events/event-hub.js';
import type { Clock } from '../../time/clock.js';
import { CacheRequest, tenantTag, urlTag, withoutFragment, type ClientRequest } from './cache-request.js';
import { AnswerGiver, ERRORS } from './answer-giver.js';
import { adoptRequests, detachedWork } from './detached-work.js';
import { FailurePauses } from './failure-pauses.js';
import type { Asked, Asker, Given } from './given.js';
import type { HttpCacheSettings } from './http-cache.options.js';
import { HttpCacheReport } from './http-cache-report.js';
import type { HttpBypassReason, HttpCacheEvents, HttpCacheSnapshot } from './http-cache.telemetry.js';
import { HttpLoad, LIMITED, type Loaded } from './http-load.js';
import { KeptResponses } from './kept-responses.js';
import type { Send } from './live-answer.js';
import { Loader, type ToLoad } from './loader.js';
import { SharedResponses } from './shared-responses.js';
import { tagsOf, type StoredAnswer } from './stored-answer.js';
import { standsInForWait, verdictOn } from './verdict.js';

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
  private readonly loader: Loader;
  private readonly giver: AnswerGiver;
  private readonly pauses = new FailurePauses();
  private ofHosts: SharedResponses | undefined;
  private readonly loads = new LoadsUnderWay<HttpLoad<unknown>>();

  constructor(
    private settings: HttpCacheSettings,
    private readonly parts: HttpCacheParts,
  ) {
    this.kept = new KeptResponses(parts.storage, settings);
    this.report = new HttpCacheReport(parts.emit);
    const { clock } = parts;
    this.giver = new AnswerGiver({ clock, report: this.report, pauses: this.pauses, settings: () => this.settings });
    this.loader = new Loader(this.kept, { clock: parts.clock, report: this.report, settings: () => this.settings });
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
      this.refresh({ request, found, why: 'stale', validate: stored, send, asker });
      this.report.stale++;
      return this.giver.give(stored, { detail: 'stale-while-revalidate' });
    }
    if (request.onlyIfCached) return { from: 'nowhere' };
    const why = found.isVaryMiss ? 'vary-miss' : verdict.why;
    if (why === 'stale' && this.giver.isPaused(request, found)) {
      this.report.stale++;
      return this.giver.give(found.stored!, { detail: 'stale-if-error' });
    }
    return this.ask({ request, found, why, validate: verdict.validate, send, asker });
  }

  /**
   * An answer to a method that changes something has come: what is kept for its URL holds no longer, nor for those of
   * the same origin that the answer names (RFC 9111 §4.4).
   */
  changed(url: string, { status, headers }: { status: number; headers: Readonly<Record<string, string>> }): void {
    if (status < 200 || status >= 400) return;
    const { origin } = new URL(url);
    const named = [headers['location'], headers['content-location']].flatMap((place) =>
      place !== undefined && URL.canParse(place, url) ? [new URL(place, url)] : [],
    );
    const urls = [new URL(url), ...named.filter((each) => each.origin === origin)];
    this.invalidate({ tags: [...new Set(urls.map((each) => urlTag(withoutFragment(each))))] });
  }

  /**
   * Deletes answers, on all hosts where they are shared; how many there were on this one. Those on their way are not
   * kept either.
   */
  invalidate(which: ResponseSelection): number {
    const { tenant, tags } = which;
    this.hosts?.invalidate([{ tenant, tags }]);
    return this.forget(which);
  }

  /** Whether hosts share the answers. */
  get isShared(): boolean {
    return this.settings.shared;
  }

  /** The same for this host alone. */
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

  /** Hears no more of other hosts. */
  close(): void {
    if (this.ofHosts !== undefined) this.parts.shared().leave(this);
    this.ofHosts = undefined;
  }

  snapshot(): HttpCacheSnapshot {
    const { entries, bytes } = this.kept;
    return { entries, bytes, loading: this.loads.size, ...this.report.counters };
  }

  /** Sends the request, or waits for one that asks the same. */
  private async ask<Raw>(asked: Asked<Raw>): Promise<Given<Raw>> {
    // A request that wants a newer answer than is there wants one that was asked for after it.
    const standing = asked.why === 'request' ? undefined : this.loads.get(asked.found.key);
    if (standing !== undefined) {
      const joined = this.joined(asked, await this.waitFor(standing as HttpLoad<Raw>, asked, false));
      if (joined !== undefined) return joined;
    }
    // One for whom another's answer was not good must not wait for a third's.
    const load = this.begin(asked, standing === undefined);
    return this.led(asked, load, await this.waitFor(load, asked, true));
  }

  private waitFor<Raw>(load: HttpLoad<Raw>, { request, found, asker }: Asked<Raw>, isLeader: boolean) {
    const isStanding = () => this.kept.find(request).stored === found.stored;
    const leaves = () => standsInForWait(this.giver.judged(request, found.stored)) && isStanding();
    return load.wait(asker.signals, leaves, isLeader);
  }

  /** The answer to a request that was sent for this caller. */
  private led<Raw>(asked: Asked<Raw>, load: HttpLoad<Raw>, loaded: Loaded<Raw> | typeof LIMITED): Given<Raw> {
    if (loaded === LIMITED) return this.giver.insteadOfWait(asked);
    if (loaded.kind === 'failed') return this.giver.insteadOfError(this.asStanding(asked), loaded.error);
    if (loaded.kind === 'kept') {
      const { stored, forwardStatus, mayBeKept: isStored } = loaded;
      return this.giver.give(stored, { forwarded: asked.why, forwardStatus, isStored });
    }
    const { answer } = loaded;
    const standIn = this.giver.insteadOf(this.asStanding(asked), answer);
    if (standIn === undefined)
      return { from: 'provider', raw: answer.raw(), release: load.follow(asked.asker.signals) };
    answer.discard();
    return standIn;
  }

  /** The same for a request that another one's was to answer; `undefined` where it has to be sent by itself. */
  private joined<Raw>(asked: Asked<Raw>, loaded: Loaded<Raw> | typeof LIMITED): Given<Raw> | undefined {
    if (loaded === LIMITED) return this.giver.insteadOfWait(asked);
    // Refused was the other one: this one may be able to wait for longer.
    if (loaded.kind === 'failed') {
      return isResilienceError(loaded.error)
        ? undefined
        : this.giver.insteadOfError(this.asStanding(asked), loaded.error);
    }
    if (loaded.kind === 'live') return this.giver.insteadOf(this.asStanding(asked), loaded.answer);
    const { request, why } = asked;
    const verdict = verdictOn(this.giver.judged(request, this.kept.find(request).stored));
    if (verdict.kind === 'forwarded') return undefined;
    this.report.coalesced++;
    return this.giver.give(verdict.stored, { forwarded: why, forwardStatus: loaded.forwardStatus, isCollapsed: true });
  }

  /** Leaves out what was invalidated while its request was under way: that stands in for nothing. */
  private asStanding<Raw>(asked: Asked<Raw>): Asked<Raw> {
    return { ...asked, found: { ...asked.found, stored: this.kept.find(asked.request).stored } };
  }

  private begin<Raw>(asked: Asked<Raw>, isShared: boolean): HttpLoad<Raw> {
    const { clock } = this.parts;
    const { request, validate, send, asker, found } = asked;
    const load = new HttpLoad<Raw>(clock, { key: found.key, tags: tagsOf(request) }, () => this.loads.close(anyLoad));
    const anyLoad = load as HttpLoad<unknown>;
    const sending = { signal: load.signal, line: load.line };
    this.loads.add(anyLoad, isShared);
    const { call, result } = detachedWork(asker.call, () =>
      this.load({ request, validate, send, sending }, () => load.isOutdated),
    );
    const done = load.start(
      result.finally(() => {
        this.loads.drop(anyLoad);
        if (call !== undefined) adoptRequests(asker.call, call);
      }),
    );
    void done.then((loaded) => this.ended(asked, load, loaded));
    return load;
  }

  /** Asks the other hosts first, where they share their answers. */
  private async load<Raw>(to: ToLoad<Raw>, isOutdated: () => boolean): Promise<Loaded<Raw>> {
    const { hosts } = this;
    if (hosts === undefined) return this.loader.load(to, isOutdated);
    const { request } = to;
    const serves = (stored: StoredAnswer) => {
      const verdict = verdictOn(this.giver.judged(request, stored));
      // One that is to be refreshed is what is being refreshed.
      return verdict.kind === 'given' && !verdict.refresh;
    };
    const asked = await hosts.ask(request, to.sending.signal, serves);
    if (!('turn' in asked)) {
      this.report.shared++;
      if (!isOutdated()) this.kept.keep(request, asked);
      return { kind: 'kept', stored: asked, forwardStatus: undefined, mayBeKept: true };
    }
    const { turn, latest } = asked;
    let kept: StoredAnswer | undefined;
    try {
      const mayValidate = request.of.mode !== 'reload';
      const loaded = await this.loader.load(
        { ...to, validate: mayValidate ? (latest ?? to.validate) : undefined },
        isOutdated,
      );
      if (loaded.kind === 'kept' && loaded.mayBeKept && !isOutdated()) kept = loaded.stored;
      return loaded;
    } finally {
      if (turn !== undefined) void hosts.end(turn, request, kept);
    }
  }

  /** The answers that hosts share; `undefined` where they do not. */
  private get hosts(): SharedResponses | undefined {
    if (!this.settings.shared) return undefined;
    if (this.ofHosts === undefined) {
      const { clock } = this.parts;
      const answers = this.parts.shared();
      answers.join(this);
      this.ofHosts = new SharedResponses(answers, this.kept, { clock, settings: () => this.settings });
    }
    return this.ofHosts;
  }

  /** Another host has invalidated answers. Those of a method are no concern of this cache. */
  hear({ operation, id, tenant, tags }: Invalidation): void {
    if (operation === undefined && id === undefined) this.forget({ tenant, tags });
  }

  /** Fetches a new answer in the background, unless one is on its way or the provider has just failed. */
  private refresh<Raw>(asked: Asked<Raw>): void {
    const { key } = asked.found;
    if (this.loads.get(key) !== undefined || this.pauses.isPaused(key, this.parts.clock.now())) return;
    this.report.refreshes++;
    this.begin(asked, true).goOnAlone();
  }

  private ended<Raw>({ found }: Asked<Raw>, load: HttpLoad<Raw>, loaded: Loaded<Raw>): void {
    const { clock } = this.parts;
    const answer = loaded.kind === 'live' ? loaded.answer : undefined;
    const hasFailed = loaded.kind === 'failed' || (answer !== undefined && ERRORS.has(answer.status));
    if (loaded.kind === 'kept') this.pauses.end(found.key);
    if (!hasFailed) return;
    if (load.isBackground) this.report.refreshFailed(answer?.status ?? null);
    const isRefused = loaded.kind === 'failed' && isResilienceError(loaded.error);
    if (!isRefused) this.pauses.pause(found.key, answer, { now: clock.now(), wallNow: clock.wallNow() });
  }
}
