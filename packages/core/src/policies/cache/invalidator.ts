import type { Invalidation } from '../../cache-storage/question.js';
import type { ForgetListener } from '../../cache-storage/shared-answers.js';
import type { AnswerLoader } from './answer-loader.js';
import type { CacheSettings } from './cache.options.js';
import type { KeptAnswers, Subject } from './kept-answers.js';
import type { Questions } from './questions.js';

/** Selects cached answers: those that fit everything that is given. */
export interface CacheSelection {
  /** The operation, for example `'CatalogClient.find'`. */
  readonly operation?: string;
  /**
   * The arguments that it was called with. Where the cache's `key` throws, as it is called on no object here: whatever
   * these are.
   */
  readonly args?: readonly unknown[];
  /** The key of the calls, such as a tenant. */
  readonly key?: string;
  /** Answers with any of these tags. */
  readonly tags?: readonly string[];
  /** Answers of the provider's HTTP clients (`http.cache`) to this URL, absolute or below the base URL. */
  readonly url?: string;
}

/** Forgets the answers of one method that a selection means: here, and for those on their way. */
export class Invalidator implements ForgetListener {
  constructor(
    private readonly parts: {
      readonly answers: KeptAnswers;
      readonly loader: AnswerLoader;
      readonly questions: Questions;
      settings(): CacheSettings;
    },
  ) {}

  /** Those on their way reach only the callers that wait for them already. How many were kept. */
  invalidate({ operation, args, key, tags }: CacheSelection): number {
    let matches: ((id: string) => boolean) | undefined;
    const isMeant = (subject: Subject) =>
      (operation === undefined || subject.operation === operation) &&
      (key === undefined || subject.tenant === key) &&
      // Asked only where there is an answer: the `key` of another method knows nothing of these arguments.
      (args === undefined || (matches ??= this.matcherOf(args))(subject.id));
    return this.forget(isMeant, tags);
  }

  /** The same for the other hosts, with the arguments as this cache's `key` has them. */
  invalidationOf({ operation, args, key: tenant, tags }: CacheSelection): Invalidation {
    if (args === undefined) return { operation, tenant, tags };
    try {
      return { operation, tenant, tags, id: this.parts.questions.idOf(args, undefined) };
    } catch {
      return { operation, tenant, tags };
    }
  }

  /** Another host has invalidated answers. */
  hear({ operation, id, tenant, tags }: Invalidation): void {
    const isMeant = (subject: Subject) =>
      (operation === undefined || subject.operation === operation) &&
      (tenant === undefined || subject.tenant === tenant) &&
      (id === undefined || subject.id === id);
    this.forget(isMeant, tags);
  }

  private forget(isMeant: (subject: Subject) => boolean, tags: readonly string[] | undefined): number {
    const { answers, loader, settings } = this.parts;
    if (tags !== undefined && settings().tags === undefined) return 0;
    loader.loads.outdate(
      ({ of }) => isMeant(of.subject),
      (load) => load.outdate(tags),
    );
    return answers.forget(
      (answer) => (tags === undefined || answer.tags.some((tag) => tags.includes(tag))) && isMeant(answer.subject),
    );
  }

  /**
   * Tells the answers to these arguments; every answer is one when `key` cannot say, as too much forgotten is better
   * than too little.
   */
  private matcherOf(args: readonly unknown[]): (id: string) => boolean {
    try {
      const meant = this.parts.questions.idOf(args, undefined);
      return (id) => id === meant;
    } catch {
      return () => true;
    }
  }
}
