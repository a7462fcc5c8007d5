import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { systemClock } from '../clock.js';
import { LineTail } from './line-tail.js';
import { ServiceDiedError } from './service-died-error.js';

export interface ServiceOptions {
  readonly name: string;
  /** The program that node runs. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** URL of a module that node is to load before. */
  readonly instrument?: string | undefined;
  /** Takes everything the service writes. */
  readonly logFile: string;
  /** Told when the service ends without having been stopped. */
  readonly onDeath: (error: ServiceDiedError) => void;
}

/** One service in a process of its own: started, known by the address that it announces, and stopped for certain. */
export class ServiceProcess {
  private readonly child: ChildProcess;
  private readonly stdout = new LineTail(50);
  private readonly stderr = new LineTail(20);
  private readonly ended: Promise<string>;
  private stopping = false;

  constructor(private readonly options: ServiceOptions) {
    const { script, instrument } = options;
    const args = instrument === undefined ? [script] : ['--import', instrument, script];
    const env = { ...process.env, ...options.env };
    this.child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = endOf(this.child);
    this.keepOutput();
    void this.ended.then((how) => {
      if (!this.stopping) options.onDeath(this.died(how));
    });
  }

  /**
   * The address that the service announces once it is ready.
   * @throws ServiceDiedError when it ends before, or keeps silent for too long.
   */
  async address(signal: AbortSignal): Promise<string> {
    for (let waitedMs = 0; waitedMs < LONGEST_START_MS; waitedMs += READY_POLL_MS) {
      for (const line of this.stdout.lines) {
        const address = /listening on (http:\/\/\S+)/.exec(line)?.[1];
        if (address !== undefined) return address;
      }
      await systemClock.sleep(READY_POLL_MS, signal);
    }
    throw this.died(`was not ready within ${LONGEST_START_MS / 1_000} s`);
  }

  /** Asks, and after a second insists. */
  async stop(): Promise<void> {
    this.stopping = true;
    const answered = new AbortController();
    const insist = systemClock.sleep(GRACE_MS, answered.signal).then(
      () => this.child.kill('SIGKILL'),
      () => undefined, // it ended in time
    );
    this.child.kill('SIGTERM');
    await this.ended;
    answered.abort();
    await insist;
  }

  /** Ends it amid whatever it does. */
  async kill(): Promise<void> {
    this.stopping = true;
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private keepOutput(): void {
    const log = createWriteStream(this.options.logFile, { flags: 'a' });
    for (const [output, tail] of [
      [this.child.stdout, this.stdout],
      [this.child.stderr, this.stderr],
    ] as const) {
      output?.setEncoding('utf8').on('data', (text: string) => {
        tail.add(text);
        log.write(text);
      });
    }
    void this.ended.then(() => log.end());
  }

  private died(how: string): ServiceDiedError {
    return new ServiceDiedError(this.options.name, how, this.stderr.toString());
  }
}

/** Resolves with how it ended, once all that it wrote has been read. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => resolve(`ended by itself (${signal ?? `exit code ${code}`})`));
  });
}

const GRACE_MS = 1_000;
const READY_POLL_MS = 20;
const LONGEST_START_MS = 20_000;
