import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { compileProcess } from '@breakwater/servers';
import type { Job } from './racer.fixture.js';

/** One process at its job, and what it has said. */
export interface Racer {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  lines(): readonly string[];
}

/** Processes of their own that work with the sources of the stores, bundled on the spot: nothing is built before. */
export class Racers {
  private readonly children: ChildProcess[] = [];

  private constructor(private readonly script: string) {}

  static async bundle(): Promise<Racers> {
    const script = await compileProcess(new URL('racer.fixture.ts', import.meta.url));
    return new Racers(script);
  }

  /** Starts a process that begins its job at once. */
  async start(job: Job): Promise<Racer> {
    const child = await this.ready();
    child.send(job);
    return racerOf(child);
  }

  /** Has several processes do the same job at once. Returns their answers, and all lines that they wrote. */
  async together<Answer>(count: number, job: Job): Promise<{ answers: Answer[]; lines: readonly string[] }> {
    const children = await Promise.all(Array.from({ length: count }, () => this.ready()));
    const racers = children.map(racerOf);
    const answering = children.map(async (child) => {
      const [answer] = (await Promise.race([once(child, 'message'), died(child)])) as [Answer];
      return answer;
    });
    for (const child of children) child.send(job);
    const answers = await Promise.all(answering);
    await Promise.all(racers.map(({ closed }) => closed));
    return { answers, lines: racers.flatMap(({ lines }) => lines()) };
  }

  dispose(): void {
    for (const child of this.children) child.kill('SIGKILL');
    rmSync(this.script, { force: true });
  }

  private async ready(): Promise<ChildProcess> {
    const child = fork(this.script, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    this.children.push(child);
    await once(child, 'message');
    return child;
  }
}

function racerOf(child: ChildProcess): Racer {
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // A line that was cut off by the end of its process was not said.
  return { child, closed: once(child, 'close'), lines: () => output.split('\n').slice(0, -1) };
}

async function died(child: ChildProcess): Promise<never> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  throw new Error(`a process ended without an answer (${signal ?? code})`);
}
