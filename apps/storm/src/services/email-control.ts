import { ServiceControl } from './service-control.js';

export interface Outbox {
  readonly messages: readonly { readonly id: string; readonly to: string }[];
}

/** The email provider as a storm controls it, and its own record of what it sent. */
export class EmailControl extends ServiceControl {
  outbox(account: string): Promise<Outbox> {
    return this.client.call('GET', this.records(account));
  }

  protected records(account: string): string {
    return `/outbox?account=${encodeURIComponent(account)}`;
  }
}
