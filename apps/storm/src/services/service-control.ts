import { FaultControl } from './fault-control.js';
import { JsonClient } from './json-client.js';

/** A mock service in the hands of a storm: its faults, its records by account, and one client for both. */
export abstract class ServiceControl {
  readonly faults: FaultControl;
  protected readonly client: JsonClient;

  constructor(url: string) {
    this.client = new JsonClient(url);
    this.faults = new FaultControl(this.client);
  }

  /** Deletes the records of one account. */
  async forget(account: string): Promise<void> {
    await this.client.call('DELETE', this.records(account));
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** The path under which the service keeps the records of one account. */
  protected abstract records(account: string): string;
}
