import { Deadline } from '../../time/deadline-list.js';

/** The time by which a fallback must have answered. */
export class AnswerDeadline extends Deadline {
  /** Rejects with the failure for which the fallback was asked. */
  readonly passed: Promise<never>;
  private reject!: (reason: unknown) => void;

  constructor(private readonly failure: unknown) {
    super();
    this.passed = new Promise((_resolve, reject) => (this.reject = reject));
  }

  expire(): void {
    this.reject(this.failure);
  }
}
