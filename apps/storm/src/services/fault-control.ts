import type { JsonClient } from './json-client.js';

/** Faults of a mock service; parts that are left out work as they should. */
export interface Faults {
  readonly latency?: { readonly ms: number; readonly jitterMs?: number };
  readonly hang?: true;
  readonly error?: { readonly rate: number; readonly status: number; readonly retryAfterSeconds?: number };
  readonly drop?: { readonly rate: number; readonly when: 'before-work' | 'after-work' };
}

/** Makes a mock service ill and well again. */
export class FaultControl {
  constructor(private readonly client: JsonClient) {}

  async put(faults: Faults): Promise<void> {
    await this.client.call('PUT', '/faults', faults);
  }

  /** Asks for them: a request that no fault touches. */
  async read(): Promise<void> {
    await this.client.call('GET', '/faults');
  }

  async heal(): Promise<void> {
    await this.client.call('DELETE', '/faults');
  }
}
