import type { LoadsUnderWay } from '../../cache-storage/loads-under-way.js';
import { isResilienceError } from '../../errors/resilience-error.js';
import type { Clock } from '../../time/clock.js';
import { ERRORS, type AnswerGiver } from './answer-giver.js';
import { adoptRequests, detachedWork } from './detached-work.js';
import type { FailurePauses } from './failure-pauses.js';
import type { Asked, Given } from './given.js';
import type { HttpCacheReport } from './http-cache-report.js';
import { HttpLoad, LIMITED, type Loaded } from './http-load.js';
import type { KeptResponses } from './kept-responses.js';
import type { SharedLoader } from './shared-loader.js';
import { tagsOf } from './stored-answer.js';
import { standsInForWait, verdictOn } from './verdict.js';

interface CoalescerParts {
  readonly clock: Clock;
  readonly kept: KeptResponses;
  readonly report: HttpCacheReport;
  readonly giver: AnswerGiver;
  readonly loader: SharedLoader;
  readonly pauses: FailurePauses;
  readonly loads: LoadsUnderWay<HttpLoad<unknown>>;
}

/**
 * Sends requests to the provider: of those that ask the same at once, one, where its answer may be given to all. Says
 * what each caller gets of what comes.
 */
export class Coalescer {
  constructor(private readonly parts: CoalescerParts) {}

  /** Sends the request, or waits for one that asks the same. */
  async ask<Raw>(asked: Asked<Raw>): Promise<Given<Raw>> {
    // A request that wants a newer answer than is there wants one that was asked for after it.
    const standing = asked.why === 'request' ? undefined : this.parts.loads.get(asked.found.key);
    if (standing !== undefined) {
      const joined = this.joined(asked, await this.waitFor(standing as HttpLoad<Raw>, asked, false));
      if (joined !== undefined) return joined;
    }
    // One for whom another's answer was not good must not wait for a third's.
    const load = this.begin(asked, standing === undefined);
    return this.led(asked, load, await this.waitFor(load, asked, true));
  }

  /** Fetches a new answer in the background, unless one is on its way or the provider has just failed. */
  refresh<Raw>(asked: Asked<Raw>): void {
    const { clock, loads, pauses, report } = this.parts;
    const { key } = asked.found;
    if (loads.get(key) !== undefined || pauses.isPaused(key, clock.now())) return;
    report.refreshes++;
    this.begin(asked, true).goOnAlone();
  }

  private waitFor<Raw>(load: HttpLoad<Raw>, { request, found, asker }: Asked<Raw>, isLeader: boolean) {
    const { giver, kept } = this.parts;
    const isStanding = () => kept.find(request).stored === found.stored;
    const leaves = () => standsInForWait(giver.judged(request, found.stored)) && isStanding();
    return load.wait(asker.signals, leaves, isLeader);
  }

  /** The answer to a request that was sent for this caller. */
  private led<Raw>(asked: Asked<Raw>, load: HttpLoad<Raw>, loaded: Loaded<Raw> | typeof LIMITED): Given<Raw> {
    const { giver } = this.parts;
    if (loaded === LIMITED) return giver.insteadOfWait(asked);
    if (loaded.kind === 'failed') return giver.insteadOfError(this.asStanding(asked), loaded.error);
    if (loaded.kind === 'kept') {
      const { stored, forwardStatus, mayBeKept: isStored } = loaded;
      return giver.give(stored, { forwarded: asked.why, forwardStatus, isStored });
    }
    const { answer } = loaded;
    const standIn = giver.insteadOf(this.asStanding(asked), answer);
    if (standIn === undefined)
      return { from: 'provider', raw: answer.raw(), release: load.follow(asked.asker.signals) };
    answer.discard();
    return standIn;
  }

  /** The same for a request that another one's was to answer; `undefined` where it has to be sent by itself. */
  private joined<Raw>(asked: Asked<Raw>, loaded: Loaded<Raw> | typeof LIMITED): Given<Raw> | undefined {
    const { giver, kept, report } = this.parts;
    if (loaded === LIMITED) return giver.insteadOfWait(asked);
    // Refused was the other one: this one may be able to wait for longer.
    if (loaded.kind === 'failed') {
      return isResilienceError(loaded.error) ? undefined : giver.insteadOfError(this.asStanding(asked), loaded.error);
    }
    if (loaded.kind === 'live') return giver.insteadOf(this.asStanding(asked), loaded.answer);
    const { request, why } = asked;
    const verdict = verdictOn(giver.judged(request, kept.find(request).stored));
    if (verdict.kind === 'forwarded') return undefined;
    report.coalesced++;
    return giver.give(verdict.stored, { forwarded: why, forwardStatus: loaded.forwardStatus, isCollapsed: true });
  }

  /** Leaves out what was invalidated while its request was under way: that stands in for nothing. */
  private asStanding<Raw>(asked: Asked<Raw>): Asked<Raw> {
    return { ...asked, found: { ...asked.found, stored: this.parts.kept.find(asked.request).stored } };
  }

  private begin<Raw>(asked: Asked<Raw>, isJoinable: boolean): HttpLoad<Raw> {
    const { clock, loader, loads } = this.parts;
    const { request, validate, send, asker, found } = asked;
    const load = new HttpLoad<Raw>(clock, { key: found.key, tags: tagsOf(request) }, () => loads.close(anyLoad));
    const anyLoad = load as HttpLoad<unknown>;
    const sending = { signal: load.signal, line: load.line };
    loads.add(anyLoad, isJoinable);
    const { call, result } = detachedWork(asker.call, () =>
      loader.load({ request, validate, send, sending }, () => load.isOutdated),
    );
    const done = load.start(
      result.finally(() => {
        loads.drop(anyLoad);
        if (call !== undefined) adoptRequests(asker.call, call);
      }),
    );
    void done.then((loaded) => this.ended(asked, load, loaded));
    return load;
  }

  private ended<Raw>({ found }: Asked<Raw>, load: HttpLoad<Raw>, loaded: Loaded<Raw>): void {
    const { clock, pauses, report } = this.parts;
    const answer = loaded.kind === 'live' ? loaded.answer : undefined;
    const hasFailed = loaded.kind === 'failed' || (answer !== undefined && ERRORS.has(answer.status));
    if (loaded.kind === 'kept') pauses.end(found.key);
    if (!hasFailed) return;
    if (load.isBackground) report.refreshFailed(answer?.status ?? null);
    const isRefused = loaded.kind === 'failed' && isResilienceError(loaded.error);
    if (!isRefused) pauses.pause(found.key, answer, { now: clock.now(), wallNow: clock.wallNow() });
  }
}
