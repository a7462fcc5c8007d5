import type { TestClock } from '../src/testing/test-clock.js';

export interface PlainCircuitOptions {
  readonly window: { readonly count?: number; readonly consecutive?: number };
  readonly failureRate: number;
  readonly minimumCalls: number;
  readonly openFor: number;
  readonly halfOpen: { readonly calls: number; readonly successRate: number; readonly atMost: number };
}

/** Says what an attempt tells of its provider; `'answer'` is a refusal of the request, such as a 404. */
export type Word = 'success' | 'failure' | 'answer' | 'nothing';

/** Keeps rates such as 0.75 × 4 from being a little more than they are. */
const ROUNDING = 1e-9;

/** A circuit as docs/policies/circuit-breaker.md tells of it, written to be read and for nothing else. */
export class PlainCircuit {
  generation = 0;
  private state: 'closed' | 'open' | 'half-open' = 'closed';
  private openUntil = 0;
  private askedUntil = 0;
  private row = 0;
  private latest: boolean[] = [];
  private admitted = 0;
  private succeeded = 0;
  private failed = 0;
  private readonly atWork = new Map<object, number>();

  constructor(
    private readonly options: PlainCircuitOptions,
    private readonly clock: TestClock,
  ) {}

  /** The generation in which an attempt is let through; `undefined` where it is refused. */
  enter(): number | undefined {
    this.openWhereTrialsHang();
    if (this.state === 'open' && this.clock.now() >= this.openUntil) this.become('half-open');
    if (this.state === 'open') return undefined;
    if (this.state === 'half-open') {
      if (this.admitted >= this.options.halfOpen.calls) return undefined;
      this.admitted++;
    }
    return this.generation;
  }

  beginWork(generation: number, attempt: object): void {
    if (generation === this.generation) this.atWork.set(attempt, this.clock.now());
  }

  leave(generation: number, attempt: object, { word, askedMs = 0 }: { word: Word; askedMs?: number }): void {
    this.openWhereTrialsHang();
    if (generation !== this.generation) return;
    this.atWork.delete(attempt);
    if (word === 'failure') this.askedUntil = Math.max(this.askedUntil, this.clock.now() + askedMs);
    if (this.state === 'half-open') this.judgeTrial(word);
    else if (word !== 'nothing') this.count(word);
  }

  private judgeTrial(word: Word): void {
    const { calls, successRate } = this.options.halfOpen;
    if (word === 'nothing') this.admitted--;
    else if (word === 'failure') this.failed++;
    else this.succeeded++;
    const needed = Math.ceil(calls * successRate - ROUNDING);
    if (this.succeeded >= needed) this.become('closed');
    else if (this.failed > calls - needed) this.become('open');
  }

  private count(word: Word): void {
    const { window, failureRate, minimumCalls } = this.options;
    if (word === 'success') this.row = 0;
    if (word === 'failure') this.row++;
    this.latest.push(word === 'failure');
    if (this.latest.length > (window.count ?? 0)) this.latest.shift();
    if (word !== 'failure') return;
    const { length } = this.latest;
    const isFull = window.count !== undefined && length >= Math.min(minimumCalls, window.count);
    const isRate = isFull && this.latest.filter(Boolean).length >= failureRate * length - ROUNDING;
    if (isRate || this.row === window.consecutive) this.become('open');
  }

  private openWhereTrialsHang(): void {
    const isOverdue = (since: number) => this.clock.now() - since >= this.options.halfOpen.atMost;
    if (this.state === 'half-open' && [...this.atWork.values()].some(isOverdue)) this.become('open');
  }

  private become(state: 'closed' | 'open' | 'half-open'): void {
    this.state = state;
    this.generation++;
    this.row = this.admitted = this.succeeded = this.failed = 0;
    this.latest = [];
    this.atWork.clear();
    if (state === 'open') this.openUntil = Math.max(this.clock.now() + this.options.openFor, this.askedUntil);
  }
}
