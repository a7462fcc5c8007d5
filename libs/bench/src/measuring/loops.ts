import type { CallCase } from '../bench-case.js';

/** How many calls are started together. */
export const TOGETHER = 200;
/** A refused call stands under so many frames, as under the handler of a framework: stack traces cost by depth. */
const FRAMES = 15;

type Run = () => Promise<unknown>;

/**
 * A plain loop, so that nothing but the calls and their awaits is timed. Throws when a call does not end as it should.
 */
export interface Loop {
  /** The number of calls is a multiple of it. */
  readonly step: number;
  run(run: Run, calls: number): Promise<void>;
}

export const loops: Readonly<Record<CallCase['group'], Loop>> = {
  call: { step: 1, run: oneAfterAnother },
  concurrent: { step: TOGETHER, run: together },
  refusal: { step: 1, run: refused },
};

async function oneAfterAnother(run: Run, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) await run();
}

async function together(run: Run, calls: number): Promise<void> {
  for (let done = 0; done < calls; done += TOGETHER) {
    const started: Promise<unknown>[] = [];
    for (let i = 0; i < TOGETHER; i++) started.push(run());
    await Promise.all(started);
  }
}

async function refused(run: Run, calls: number): Promise<void> {
  let refusals = 0;
  for (let i = 0; i < calls; i++) {
    try {
      await under(FRAMES, run);
    } catch {
      refusals++;
    }
  }
  if (refusals !== calls) throw new Error(`${calls - refusals} of ${calls} calls were not refused`);
}

function under(frames: number, run: Run): Promise<unknown> {
  return frames === 1 ? run() : under(frames - 1, run);
}
