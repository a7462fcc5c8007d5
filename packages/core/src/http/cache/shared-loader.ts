import type { Invalidation } from '../../cache-storage/question.js';
import type { ForgetListener, SharedAnswers } from '../../cache-storage/shared-answers.js';
import type { Clock } from '../../time/clock.js';
import type { HttpCacheReport } from './http-cache-report.js';
import type { HttpCacheSettings } from './http-cache.options.js';
import type { Loaded } from './http-load.js';
import type { KeptResponses } from './kept-responses.js';
import type { Loader, ToLoad } from './loader.js';
import { SharedResponses } from './shared-responses.js';
import type { StoredAnswer } from './stored-answer.js';

interface SharedLoaderParts {
  readonly clock: Clock;
  readonly kept: KeptResponses;
  readonly report: HttpCacheReport;
  readonly loader: Loader;
  /** Is told of the invalidations of other hosts. */
  readonly listener: ForgetListener;
  settings(): HttpCacheSettings;
  shared(): SharedAnswers;
  /** Whether a request may be answered with what another host has stored. */
  serves(request: ToLoad<unknown>['request'], stored: StoredAnswer): boolean;
}

/** Sends a request only where no other host has its answer, or is asking for it, as long as hosts share answers. */
export class SharedLoader {
  private ofHosts: SharedResponses | undefined;

  constructor(private readonly parts: SharedLoaderParts) {}

  async load<Raw>(to: ToLoad<Raw>, isOutdated: () => boolean): Promise<Loaded<Raw>> {
    const { hosts } = this;
    const { loader, kept, report, serves } = this.parts;
    if (hosts === undefined) return loader.load(to, isOutdated);
    const { request } = to;
    const asked = await hosts.ask(request, to.sending.signal, (stored) => serves(request, stored));
    if (!('turn' in asked)) {
      report.shared++;
      if (!isOutdated()) kept.keep(request, asked);
      return { kind: 'kept', stored: asked, forwardStatus: undefined, mayBeKept: true };
    }
    const { turn, latest } = asked;
    let shared: StoredAnswer | undefined;
    try {
      const mayValidate = request.of.mode !== 'reload';
      const validate = mayValidate ? (latest ?? to.validate) : undefined;
      const loaded = await loader.load({ ...to, validate }, isOutdated);
      if (loaded.kind === 'kept' && loaded.mayBeKept && !isOutdated()) shared = loaded.stored;
      return loaded;
    } finally {
      if (turn !== undefined) void hosts.end(turn, request, shared);
    }
  }

  /** Has the other hosts forget answers. */
  invalidate(which: Invalidation): void {
    this.hosts?.invalidate([which]);
  }

  /** Hears no more of other hosts. */
  close(): void {
    if (this.ofHosts !== undefined) this.parts.shared().leave(this.parts.listener);
    this.ofHosts = undefined;
  }

  /** The answers that hosts share; `undefined` where they do not. */
  private get hosts(): SharedResponses | undefined {
    const { clock, kept, listener, settings, shared } = this.parts;
    if (!settings().shared) return undefined;
    if (this.ofHosts === undefined) {
      const answers = shared();
      answers.join(listener);
      this.ofHosts = new SharedResponses(answers, kept, { clock, settings });
    }
    return this.ofHosts;
  }
}
