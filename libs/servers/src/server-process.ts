import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerUnavailableError } from './server-unavailable.error.js';

const READY_WITHIN_MS = 30_000;

export interface ServerCommand {
  /** The name in messages. */
  readonly server: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly options?: SpawnOptions;
  /** Resolves to true once the server answers. */
  isReady(): Promise<boolean>;
}

/** One run of a server's process. It ends with this process, however that ends. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly ended: Promise<unknown>,
  ) {}

  /**
   * Starts the process and waits until the server answers. Throws a `ServerUnavailableError` with its last words if it
   * does not.
   */
  static async start({ server, command, args, options, isReady }: ServerCommand): Promise<ServerProcess> {
    let said = '';
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
    }
    // A test that failed before it stopped its server must not keep its process from ending.
    child.unref();
    for (const stream of [child.stdout, child.stderr]) (stream as Socket | null)?.unref();
    let failure: unknown;
    const ended = Promise.race([once(child, 'exit'), once(child, 'error')]).catch(
      (error: unknown) => (failure = error),
    );
    let over = false;
    void ended.then(() => (over = true));
    const running = new ServerProcess(child, ended);
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    void ended.then(() => process.off('exit', kill));
    for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline && !over; await sleep(20)) {
      if (await isReady()) return running;
    }
    kill();
    throw new ServerUnavailableError(server, said.trim() || `'${command}' did not come up`, failure);
  }

  /** Sends the signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    // Until it has ended, so that a process waits for it that has nothing else to do.
    this.child.ref();
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.ended;
  }

  /** Stops and continues the process without ending it: a server that hangs. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }
}
