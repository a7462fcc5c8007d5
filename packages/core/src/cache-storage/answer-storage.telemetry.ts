import type { EventLevels } from '../events/event-hub.js';

export interface AnswerStorageEvents {
  /** The store is away: this host keeps its answers to itself, and asks for each of them. */
  'cache.apart': {
    /** The message of the store's error. */
    reason: string;
  };
  /** The store is back. */
  'cache.rejoined': Record<string, never>;
  /** An entry in the store cannot be read: another release wrote it, or it is damaged. Told once. */
  'cache.unreadable': Record<string, never>;
}

export const answerStorageEvents: EventLevels<AnswerStorageEvents> = {
  'cache.apart': 'warn',
  'cache.rejoined': 'info',
  'cache.unreadable': 'warn',
};
