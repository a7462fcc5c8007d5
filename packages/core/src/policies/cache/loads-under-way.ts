import type { Subject } from './kept-answers.js';
import type { SharedLoad } from './shared-load.js';

/** The answers that are on their way, at most one for each key that callers may wait for. */
export class LoadsUnderWay {
  private readonly joinable = new Map<string, SharedLoad>();
  /** Those that no further caller may wait for included. */
  private readonly all = new Set<SharedLoad>();

  get size(): number {
    return this.joinable.size;
  }

  get(key: string): SharedLoad | undefined {
    return this.joinable.get(key);
  }

  add(load: SharedLoad): void {
    this.joinable.set(load.of.key, load);
    this.all.add(load);
  }

  drop(load: SharedLoad): void {
    this.all.delete(load);
    if (this.joinable.get(load.of.key) === load) this.joinable.delete(load.of.key);
  }

  /**
   * Answers asked for before now are out of date: the callers that wait for them get them, and no others. With `tags`,
   * those that turn out to have one.
   */
  outdate(isMeant: (subject: Subject) => boolean, tags?: readonly string[]): void {
    for (const load of this.all) {
      if (!isMeant(load.of.subject)) continue;
      if (tags === undefined) load.outdated = true;
      else load.void(tags);
      if (this.joinable.get(load.of.key) === load) this.joinable.delete(load.of.key);
    }
  }
}
