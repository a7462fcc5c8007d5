import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LiveCredentials } from '../audit/live-credentials.js';
import { systemClock } from '../clock.js';
import { ServiceProcess } from './service-process.js';

export interface ServiceStart {
  readonly name: string;
  /** The folder under `apps/`. */
  readonly app: string;
  readonly env: Readonly<Record<string, string>>;
  /** URL of a module that node is to load before. */
  readonly instrument?: string;
}

/** A service that is ready. */
export interface StartedService {
  readonly url: string;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
}

/** The child processes of one run, with a temporary folder for their logs and files; they end together. */
export class ServiceGroup {
  /** Those that the services are given. */
  readonly credentials = new LiveCredentials();
  private readonly end = new AbortController();
  private readonly processes: ServiceProcess[] = [];

  private constructor(
    readonly folder: string,
    ending: AbortSignal,
  ) {
    setMaxListeners(0, this.signal); // every pause of the run listens
    ending.addEventListener('abort', () => this.end.abort(ending.reason));
    if (ending.aborted) this.end.abort(ending.reason);
  }

  /** Aborted when the run is to end, or when a service has died: then with its ServiceDiedError. */
  get signal(): AbortSignal {
    return this.end.signal;
  }

  static async create(ending: AbortSignal): Promise<ServiceGroup> {
    return new ServiceGroup(await mkdtemp(join(tmpdir(), 'breakwater-storm-')), ending);
  }

  /** Resolves when the service is ready. */
  async start({ name, app, env, instrument }: ServiceStart): Promise<StartedService> {
    this.signal.throwIfAborted();
    const started = new ServiceProcess({
      name,
      script: fileURLToPath(new URL(`../../../${app}/dist/main.js`, import.meta.url)),
      env,
      instrument,
      logFile: join(this.folder, `${name}.log`),
      onDeath: (error) => this.end.abort(error),
    });
    this.processes.push(started);
    const url = await started.address(this.signal);
    return { url, stop: () => started.stop(), kill: () => started.kill() };
  }

  /** The cause of a failure: a service that died is noticed a moment after its calls fail. */
  async causeOf(error: unknown): Promise<unknown> {
    if (!this.signal.aborted) await systemClock.sleep(200);
    return this.signal.aborted ? this.signal.reason : error;
  }

  async stop({ keepLogs }: { readonly keepLogs: boolean }): Promise<void> {
    await Promise.all(this.processes.map((started) => started.stop()));
    if (!keepLogs) await rm(this.folder, { recursive: true, force: true });
  }
}
