import { constants } from 'node:os';

/** The run was asked to end: Ctrl-C, a closed terminal, or a polite kill. */
export class Interruption extends Error {
  override readonly name = 'Interruption';

  constructor(readonly by: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`ended by ${by}`);
  }

  /** 128 and the signal's number, as shells have it. */
  get exitCode(): number {
    return 128 + constants.signals[this.by];
  }
}

/** Aborted, with an Interruption, by the first signal that asks this process to end; further ones change nothing. */
export function endingSignal(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => ending.abort(new Interruption(signal)));
  }
  return ending.signal;
}
