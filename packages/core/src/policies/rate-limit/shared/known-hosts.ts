import { SharedState } from '../../../engine/shared-state.js';
import type { Store } from '../../../store/store.js';

/** Short: a host that has gone is counted for two of them, and the others leave it its share. */
const BEAT_MS = 5000;
/** How often a host looks how many there are: at first, when others may start as well, and later. */
const FIRST_LOOK_MS = 100;
const LOOK_MS = 2000;
/** A beat comes with a look, so up to one of those late: two beats of each host are always in it. */
const WINDOW = { limit: Number.MAX_SAFE_INTEGER, windowMs: 11_000, slices: 11 };
const BEATS_IN_WINDOW = 2;

/**
 * How many hosts draw from a provider's limits. Each that does so adds one to a sliding count in the store from time to
 * time, and learns from the answer how many have: no list, no clock of a host's, and no timer.
 */
export class KnownHosts {
  /** This host included, and never fewer than one. */
  count = 1;
  private beatsAt = -Infinity;
  /** Whether its only beat so far stands for two. */
  private isNew = false;
  private looksAt = -Infinity;
  private lookMs = FIRST_LOOK_MS;

  /** To be called when the host draws: sends its beat, or looks how many there are, when it is time. */
  beat(now: number, store: Store, provider: string): void {
    if (now < this.looksAt) return;
    this.looksAt = now + this.lookMs;
    this.lookMs = Math.min(LOOK_MS, this.lookMs * 2);
    this.send(store, `rateLimit:${provider}:hosts`, this.beats(now)).then(
      (used) => (this.count = Math.max(1, Math.round(used / BEATS_IN_WINDOW))),
      () => undefined,
    );
  }

  private async send(store: Store, key: string, beats: number): Promise<number> {
    const isSecond = beats === 1 && this.isNew;
    if (beats > 0) this.isNew = beats > 1;
    // Its first stood for two, and would be counted as three with this one.
    if (isSecond) await store.count(key, -1, WINDOW);
    return (await store.count(key, beats, WINDOW)).used;
  }

  /** The first stands for the one before as well, so that the others know of it at once; 0 only looks. */
  private beats(now: number): number {
    if (now < this.beatsAt) return 0;
    const isFirst = now - this.beatsAt > BEAT_MS;
    this.beatsAt = now + BEAT_MS;
    return isFirst ? 2 : 1;
  }
}

export const KNOWN_HOSTS = new SharedState(() => new KnownHosts());
