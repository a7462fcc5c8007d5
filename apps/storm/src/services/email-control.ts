import { FaultControl } from './fault-control.js';
import { JsonClient } from './json-client.js';

export interface Outbox {
  readonly messages: readonly { readonly id: string; readonly to: string }[];
}

/** The email provider as a storm controls it, and its own record of what it sent. */
export class EmailControl {
  private readonly client: JsonClient;
  readonly faults: FaultControl;

  constructor(readonly url: string) {
    this.client = new JsonClient(url);
    this.faults = new FaultControl(this.client);
  }

  outbox(account: string): Promise<Outbox> {
    return this.client.call('GET', `/outbox?account=${encodeURIComponent(account)}`);
  }

  async forget(account: string): Promise<void> {
    await this.client.call('DELETE', `/outbox?account=${encodeURIComponent(account)}`);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
