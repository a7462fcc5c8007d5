import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { compileProcess, removeProcess } from '@breakwater/servers';
import type { Job } from './worker.fixture.js';

/** Processes of their own that work with the store's sources, bundled on the spot: nothing needs to be built before. */
export class WorkerProcesses {
  private readonly children: ChildProcess[] = [];

  private constructor(private readonly script: string) {}

  static async bundle(): Promise<WorkerProcesses> {
    const script = await compileProcess(new URL('worker.fixture.ts', import.meta.url));
    return new WorkerProcesses(script);
  }

  /** A process that waits for its job. */
  async start(): Promise<ChildProcess> {
    const child = fork(this.script, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    this.children.push(child);
    await once(child, 'message');
    return child;
  }

  /** Has several processes do the same job at once, and gives what each of them answers. */
  async race(count: number, job: Job): Promise<number[][]> {
    const children = await Promise.all(Array.from({ length: count }, () => this.start()));
    return Promise.all(
      children.map(async (child) => {
        child.send(job);
        const [result] = (await Promise.race([once(child, 'message'), died(child)])) as [number[]];
        return result;
      }),
    );
  }

  dispose(): void {
    for (const child of this.children) child.kill('SIGKILL');
    removeProcess(this.script);
  }
}

async function died(child: ChildProcess): Promise<never> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  throw new Error(`a worker ended without an answer (${signal ?? code})`);
}
