import { responseLifetime, type ExchangedAnswer } from '../headers/response-lifetime.js';
import type { LiveCall } from './live-call.js';

/** For how long an answer may be given, in milliseconds; `undefined`: its headers say nothing of it. */
export interface NotedLifetime {
  readonly freshForMs: number;
  /** Whether it may be given at all when it is no longer fresh. */
  readonly mayBeStale: boolean;
  readonly staleWhileRevalidateMs: number | undefined;
  readonly staleIfErrorMs: number | undefined;
}

/** The credentials that a request may carry, besides a header of the provider's own. */
const CREDENTIALS = ['authorization', 'cookie'] as const;
const READS = new Set(['GET', 'HEAD']);

/** Remarks on the requests of a call, for a cache above that has asked for them. */
export class AnswerNotes {
  /** Whether a request carried a credential that is none of the provider's: the answer may be for one user only. */
  foreignCredential = false;
  /** The shortest of all answers; `'none'` where one may not be kept; `undefined` where none was seen. */
  lifetime: NotedLifetime | 'none' | undefined = undefined;

  /** `otherwiseMs` is the lifetime of an answer that names none; `undefined` where lifetimes are not asked for. */
  constructor(private readonly otherwiseMs: number | undefined) {}

  /** Notes what an answer says of its lifetime, if it is a good one to a request that reads. `now` is wall time. */
  answered(answer: ExchangedAnswer, now: number): void {
    if (this.otherwiseMs === undefined || !READS.has(answer.method) || answer.status < 200 || answer.status > 299)
      return;
    const said = responseLifetime(answer, now, { otherwise: this.otherwiseMs / 1000 });
    if (said === undefined) this.lifetime = 'none';
    if (said === undefined || this.lifetime === 'none') return;
    const noted: NotedLifetime = {
      freshForMs: Math.max(0, said.freshFor - said.age) * 1000,
      mayBeStale: said.mayBeStale,
      staleWhileRevalidateMs: inMs(said.staleWhileRevalidate),
      staleIfErrorMs: inMs(said.staleIfError),
    };
    this.lifetime = this.lifetime === undefined ? noted : shorter(this.lifetime, noted);
  }
}

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
    if (at.notes !== undefined) (found ??= []).push(at.notes);
  }
  return found ?? NONE;
}

function shorter(one: NotedLifetime, other: NotedLifetime): NotedLifetime {
  return {
    freshForMs: Math.min(one.freshForMs, other.freshForMs),
    mayBeStale: one.mayBeStale && other.mayBeStale,
    staleWhileRevalidateMs: least(one.staleWhileRevalidateMs, other.staleWhileRevalidateMs),
    staleIfErrorMs: least(one.staleIfErrorMs, other.staleIfErrorMs),
  };
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
