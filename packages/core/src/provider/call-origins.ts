import type { CallOrigin, ResultReading } from '../engine/call-origin.js';
import { noteOrigin, type ReachedProvider } from './provider-of-call.js';

/** The origins of a provider's calls: one for most of them, and one for each other way in which results are read. */
export class CallOrigins {
  private readonly others: CallOrigin[] = [];

  constructor(
    private readonly common: CallOrigin,
    private readonly provider: ReachedProvider,
  ) {
    noteOrigin(common, provider);
  }

  /** The origin of calls whose results are read in this way. */
  of({ protocol, stream }: ResultReading): CallOrigin {
    if (protocol === undefined && stream === undefined) return this.common;
    const standing = this.others.find((made) => made.protocol === protocol && made.stream === stream);
    if (standing !== undefined) return standing;
    const origin = { ...this.common, protocol, stream };
    noteOrigin(origin, this.provider);
    this.others.push(origin);
    return origin;
  }

  /** Whether a call of this origin is one of the provider's. */
  has(origin: CallOrigin): boolean {
    return origin === this.common || this.others.includes(origin);
  }
}
