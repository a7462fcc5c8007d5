import { portableText, textOfPortable } from '../store/portable-text.js';

/** The format of the records that are written. */
const FORMAT = 1;

/** An answer as it stands in the store. */
export interface AnswerRecord {
  /** The store's version when its host began to ask: an invalidation that came later voids it. */
  readonly since: string;
  readonly tags: readonly string[];
  /** The answer itself, as its owner has written it. */
  readonly text: string;
}

/** A record as text: a line of JSON, and the answer after it. */
export function recordText({ since, tags, text }: AnswerRecord): string {
  return portableText(`${JSON.stringify({ format: FORMAT, since, tags })}\n${text}`);
}

/** The record that a text holds; `undefined` for a text that this release cannot read. */
export function recordIn(stored: string): AnswerRecord | undefined {
  try {
    const whole = textOfPortable(stored);
    const end = whole.indexOf('\n');
    const { format, since, tags } = JSON.parse(whole.slice(0, end)) as Partial<AnswerRecord> & { format?: unknown };
    const isOurs = format === FORMAT && typeof since === 'string' && Array.isArray(tags);
    return isOurs ? { since, tags, text: whole.slice(end + 1) } : undefined;
  } catch {
    return undefined;
  }
}
