import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { compileProcess, removeProcess } from '@breakwater/servers';
import type { Finished, Job } from './racer.fixture.js';

/** One process at its job, and what it has said. */
export interface Racer {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  lines(): readonly string[];
}

/** Processes of their own that work with the sources of the stores, bundled on the spot: nothing is built before. */
export class Racers {
  private readonly all: Racer[] = [];
  /** Those that have done a job and wait for another: most of the time of a process is its start. */
  private readonly idle: Racer[] = [];

  private constructor(private readonly script: string) {}

  static async bundle(): Promise<Racers> {
    const script = await compileProcess(new URL('racer.fixture.ts', import.meta.url));
    return new Racers(script);
  }

  /** Starts a process that begins its job at once. */
  async start(job: Job): Promise<Racer> {
    const racer = await this.fresh();
    racer.child.send(job);
    return racer;
  }

  /** Has several processes do the same job at once. Returns their answers, and all lines that they wrote for it. */
  async together<Answer>(count: number, job: Job): Promise<{ answers: Answer[]; lines: readonly string[] }> {
    const racers = await Promise.all(Array.from({ length: count }, () => this.idle.pop() ?? this.fresh()));
    const begun = racers.map(({ lines }) => lines().length);
    const finishing = racers.map(finished);
    for (const { child } of racers) child.send(job);
    const all = await Promise.all(finishing);
    this.idle.push(...racers);
    return {
      answers: all.map(({ answer }) => answer as Answer),
      lines: racers.flatMap(({ lines }, i) => lines().slice(begun[i])),
    };
  }

  async dispose(): Promise<void> {
    for (const { child } of this.all) child.kill('SIGKILL');
    await Promise.all(this.all.map(({ closed }) => closed));
    removeProcess(this.script);
  }

  private async fresh(): Promise<Racer> {
    const child = fork(this.script, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const racer = racerOf(child);
    this.all.push(racer);
    await once(child, 'message');
    return racer;
  }
}

function racerOf(child: ChildProcess): Racer {
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // A line that was cut off by the end of its process was not said.
  return { child, closed: once(child, 'close'), lines: () => output.split('\n').slice(0, -1) };
}

/** The end of a racer's job, once all that it wrote before has come, which may be later. */
async function finished({ child, lines }: Racer): Promise<Finished> {
  const ended = new AbortController();
  try {
    const [told] = (await Promise.race([once(child, 'message', ended), died(child, ended)])) as [Finished];
    while (lines().length < told.written) await once(child.stdout!, 'data');
    return told;
  } finally {
    ended.abort();
  }
}

async function died(child: ChildProcess, { signal }: AbortController): Promise<never> {
  const [code, exitSignal] = (await once(child, 'exit', { signal })) as [number | null, string | null];
  throw new Error(`a process ended without an answer (${exitSignal ?? code})`);
}
