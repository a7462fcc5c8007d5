import type { AdaptiveLimit } from './adaptive-limit.js';
import type { AdaptiveLimitSettings } from './adaptive-limit.options.js';
import { AimdLimit } from './aimd-limit.js';
import { GradientLimit } from './gradient-limit.js';

/** A limit that begins at `start`, or at what is nearest to it within the bounds. */
export function createAdaptiveLimit(start: number, settings: AdaptiveLimitSettings): AdaptiveLimit {
  return settings.algorithm === 'aimd' ? new AimdLimit(start, settings) : new GradientLimit(start, settings);
}
