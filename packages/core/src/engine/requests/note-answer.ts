import type { ExchangedAnswer } from '../../headers/response-lifetime.js';
import type { AnswerNotes } from '../answer-notes.js';
import type { LiveCall } from '../live-call.js';

/** The credentials that a request may carry, besides a header of the provider's own. */
const CREDENTIALS = ['authorization', 'cookie'] as const;

/** A request as far as its credential goes. */
export interface CredentialCheck {
  header(name: string): string | undefined;
  /** Whether the value of a header is the provider's own credential. */
  isOwn(name: string, value: string): boolean;
}

/** Notes a request's credential, for the call and for those in whose methods it is made. */
export function noteCredential(call: LiveCall, { header, isOwn }: CredentialCheck): void {
  const notes = notesOf(call);
  if (notes.length === 0) return;
  for (const name of CREDENTIALS) {
    const value = header(name);
    if (value === undefined || isOwn(name, value)) continue;
    for (const each of notes) each.foreignCredential = true;
  }
}

/** Notes an answer, for the call and for those in whose methods it is made. */
export function noteAnswer(call: LiveCall, answer: ExchangedAnswer): void {
  for (const notes of notesOf(call)) notes.answered(answer, call.origin.clock.wallNow());
}

const NONE: readonly AnswerNotes[] = [];

function notesOf(call: LiveCall): readonly AnswerNotes[] {
  let found: AnswerNotes[] | undefined;
  for (let at: LiveCall | undefined = call; at !== undefined; at = at.parent) {
    const notes = at.nesting?.notes;
    if (notes !== undefined) (found ??= []).push(notes);
  }
  return found ?? NONE;
}
