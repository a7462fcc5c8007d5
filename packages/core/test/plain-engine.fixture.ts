import type { TestClock } from '../src/testing/test-clock.js';
import { Aborts, refusal, timeout, type End } from './plain-end.fixture.js';
import { PlainCircuit, type PlainCircuitOptions, type Word } from './plain-circuit.fixture.js';
import { PlainSlots, type PlainSlotsOptions } from './plain-slots.fixture.js';

export interface PlainOptions {
  readonly retry?: {
    readonly attempts: number;
    readonly backoff: { readonly initial: number };
    readonly maxRetryAfter: number;
  };
  readonly circuitBreaker?: PlainCircuitOptions;
  readonly bulkhead?: PlainSlotsOptions;
  readonly timeout?: { readonly attempt?: number; readonly total?: number };
  readonly fallback?: string;
}

/** How a third party treats one attempt. One that heeds the signal ends when it is aborted. */
export interface Treatment {
  readonly ends: 'ok' | '500' | '503' | '429' | '404' | 'ECONNREFUSED' | 'never';
  readonly afterMs: number;
  readonly heeds: boolean;
  readonly retryAfterMs?: number;
}

/** A call, and how its attempts are treated, the last treatment for all further ones. */
export interface PlannedCall {
  readonly atMs: number;
  readonly abortAfterMs?: number;
  readonly attempts: readonly Treatment[];
}

const WORDS: Readonly<Record<Treatment['ends'], Word>> = {
  ok: 'success',
  '500': 'failure',
  '503': 'failure',
  ECONNREFUSED: 'failure',
  never: 'failure',
  '404': 'answer',
  '429': 'nothing',
};
const ASKING: ReadonlySet<string> = new Set(['500', '503', '429']);
const FINAL: ReadonlySet<string> = new Set(['ok', '404']);
/** Ends that no fallback hides. */
const SHOWN = /^(ok|404|left)/;

/**
 * Retry, circuit, bulkhead, timeouts and fallback together, as the documents tell of them. It shares no code with the
 * engine, and is slow, long-winded and without any care for memory.
 */
export class PlainEngine {
  /** When each call ended, and how. */
  readonly ended = new Map<number, string>();
  /** When the method was called, and for which attempt. */
  readonly begun: string[] = [];
  private readonly circuit: PlainCircuit | undefined;
  private readonly slots: PlainSlots;

  constructor(
    private readonly options: PlainOptions,
    private readonly clock: TestClock,
  ) {
    const { circuitBreaker, bulkhead = { concurrency: Infinity, queue: 0 } } = options;
    this.circuit = circuitBreaker && new PlainCircuit(circuitBreaker, clock);
    this.slots = new PlainSlots(bulkhead, clock);
  }

  async run(call: number, { abortAfterMs, attempts }: PlannedCall): Promise<void> {
    const aborts = new Aborts();
    const { total } = this.options.timeout ?? {};
    const abort = (afterMs: number | undefined, end: End) =>
      afterMs === undefined ? undefined : this.clock.schedule(afterMs, () => aborts.abort(end));
    abort(abortAfterMs, refusal('left'));
    const limit = abort(total, timeout('total'));
    const end = await this.operation(call, attempts, { aborts, deadline: this.clock.now() + (total ?? Infinity) });
    limit?.cancel();
    const how = SHOWN.test(end.how) ? end.how : (this.options.fallback ?? end.how);
    this.ended.set(call, `${how} at ${this.clock.now().toFixed(6)}`);
  }

  private async operation(
    call: number,
    attempts: readonly Treatment[],
    { aborts, deadline }: { aborts: Aborts; deadline: number },
  ): Promise<End> {
    const { retry = { attempts: 1, backoff: { initial: 0 }, maxRetryAfter: 0 } } = this.options;
    let last: End | undefined;
    for (let number = 1; ; number++) {
      const treatment = attempts[Math.min(number, attempts.length) - 1]!;
      const end = await this.attempt(`${call}.${number}`, treatment, aborts);
      if (aborts.end !== undefined) return aborts.end;
      // Not the refusal surfaces, but the last real error.
      if (end.isRefusal) return last ?? end;
      last = end;
      const waitMs = Math.max(retry.backoff.initial, end.askedMs);
      const isOver = number === retry.attempts || end.askedMs > retry.maxRetryAfter;
      if (!end.isRepeatable || isOver || this.clock.now() + waitMs >= deadline) return end;
      await this.sleep(waitMs, aborts);
      if (aborts.end !== undefined) return aborts.end;
    }
  }

  private attempt(name: string, treatment: Treatment, aborts: Aborts): Promise<End> {
    const { circuit } = this;
    const attempt = {};
    let generation = circuit?.enter();
    if (circuit !== undefined && generation === undefined) return Promise.resolve(refusal('CIRCUIT_OPEN'));
    return new Promise((resolve) => {
      const leaveUnheard = (end: End) => {
        if (generation !== undefined) circuit?.leave(generation, attempt, { word: 'nothing' });
        resolve(end);
      };
      let leaveLine: () => void = () => undefined;
      const stop = aborts.on((end) => {
        leaveLine();
        leaveUnheard(end);
      });
      const granted = () => {
        stop();
        // It has waited while the circuit opened.
        if (circuit !== undefined && generation !== circuit.generation) generation = circuit.enter();
        if (circuit === undefined || generation !== undefined) {
          return this.work(name, treatment, { attempt, generation, aborts, resolve });
        }
        this.slots.free();
        resolve(refusal('CIRCUIT_OPEN'));
      };
      const refused = (why: string) => {
        stop();
        leaveUnheard(refusal(`BULKHEAD_FULL ${why}`));
      };
      leaveLine = this.slots.enter({ granted, refused });
    });
  }

  private work(
    name: string,
    { ends, afterMs, heeds, retryAfterMs = 0 }: Treatment,
    { attempt, generation, aborts, resolve }: Admitted,
  ): void {
    const askedMs = ASKING.has(ends) ? retryAfterMs : 0;
    let isOver = false;
    const end = (result: End, word: Word) => {
      if (isOver) return;
      isOver = true;
      stop();
      limit?.cancel();
      if (generation !== undefined) this.circuit?.leave(generation, attempt, { word, askedMs: result.askedMs });
      resolve(result);
    };
    const abort = (result: End, word: Word) => {
      end(result, word);
      if (!heeds) return;
      work?.cancel();
      this.slots.free();
    };
    if (generation !== undefined) this.circuit?.beginWork(generation, attempt);
    this.begun.push(`${name} at ${this.clock.now().toFixed(6)}`);
    const stop = aborts.on((result) => abort(result, result.how === 'left' ? 'nothing' : 'failure'));
    const { attempt: limitMs } = this.options.timeout ?? {};
    const limit =
      limitMs === undefined ? undefined : this.clock.schedule(limitMs, () => abort(timeout('attempt'), 'failure'));
    const settle = () => {
      end({ how: `${ends} of ${name}`, isRefusal: false, isRepeatable: !FINAL.has(ends), askedMs }, WORDS[ends]);
      // Work that went on although it was aborted has kept its slot until now.
      this.slots.free();
    };
    const work = ends === 'never' ? undefined : this.clock.schedule(afterMs, settle);
  }

  private sleep(ms: number, aborts: Aborts): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.schedule(ms, resolve);
      aborts.on(() => {
        timer.cancel();
        resolve();
      });
    });
  }
}

/** An attempt that has passed its gates. */
interface Admitted {
  readonly attempt: object;
  readonly generation: number | undefined;
  readonly aborts: Aborts;
  resolve(end: End): void;
}
