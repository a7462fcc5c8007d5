import { responseLifetime, type ExchangedAnswer } from '../headers/response-lifetime.js';
import { isRead } from '../outcome/request-method.js';

/** For how long an answer may be given, in milliseconds; `undefined`: its headers say nothing of it. */
export interface NotedLifetime {
  readonly freshForMs: number;
  /** Whether it may be given at all when it is no longer fresh. */
  readonly mayBeStale: boolean;
  readonly staleWhileRevalidateMs: number | undefined;
  readonly staleIfErrorMs: number | undefined;
}

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
    if (this.otherwiseMs === undefined || !isRead(answer.method) || answer.status < 200 || answer.status > 299) return;
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
