import { Deadline } from '../time/deadline-list.js';
import type { Clock } from '../time/clock.js';

export interface TimeLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Makes the error of an operation that took too long. */
  onTimeout(): Error;
}

/** The result of `asked`, or the limit's error once its time is over. A later result is ignored. */
export function withTimeLimit<T>(asked: Promise<T>, limit: TimeLimit): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const deadline = new OperationDeadline(() => reject(limit.onTimeout()));
    limit.clock.expireAfter(limit.timeoutMs, deadline, limit.clock.now());
    asked.then(
      (value) => {
        deadline.remove();
        resolve(value);
      },
      (error: unknown) => {
        deadline.remove();
        reject(error);
      },
    );
  });
}

class OperationDeadline extends Deadline {
  constructor(private readonly onExpire: () => void) {
    super();
  }

  expire(): void {
    this.onExpire();
  }
}
