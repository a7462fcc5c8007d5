import { SharedState } from '../../../engine/shared-state.js';
import type { Store } from '../../../store/store.js';

/** Short: a host that has gone is counted for two of them, and the others leave it its share. */
const BEAT_MS = 5000;
/** How often a host looks how many there are: at first, when others may start as well, and later. */
const FIRST_LOOK_MS = 100;
const LOOK_MS = 2000;
/** Two beats of each host that draws all the time are always in it, and three for a moment after its beat. */
const WINDOW = { limit: Number.MAX_SAFE_INTEGER, windowMs: 10_500, slices: 21 };
const BEATS_IN_WINDOW = 2;

/**
 * How many hosts draw from a provider's limits. Each that does so adds one to a sliding count in the store from time to
 * time, and learns from the answer how many have: no list, no clock of a host's, and no timer.
 */
export class KnownHosts {
  /** This host included, and never fewer than one. */
  count = 1;
  private beatsAt = -Infinity;
  /** How many its last beat stood for. */
  private lastStoodFor = 0;
  private looksAt = 0;
  private lookMs = FIRST_LOOK_MS;

  /** To be called when the host draws: sends its beat, or looks how many there are, when it is time. */
  beat(now: number, store: Store, provider: string): void {
    const beats = this.beats(now);
    if (beats === 0 && now < this.looksAt) return;
    this.looksAt = now + this.lookMs;
    this.lookMs = Math.min(LOOK_MS, this.lookMs * 2);
    this.send(store, `rateLimit:${provider}:hosts`, beats).catch(() => undefined);
  }

  private async send(store: Store, key: string, beats: number): Promise<void> {
    const wasFirst = this.lastStoodFor === 2;
    if (beats > 0) this.lastStoodFor = beats;
    const { used } = await store.count(key, beats, WINDOW);
    // One that is as old as the window is counted beside this one: the next look says how many hosts there are.
    if (beats !== 1) this.count = Math.max(1, Math.round(used / BEATS_IN_WINDOW));
    // Its first stood for two, and is counted as three with its second.
    else if (wasFirst) await store.count(key, -1, WINDOW);
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
