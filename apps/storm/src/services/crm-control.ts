import { ServiceControl } from './service-control.js';

export interface CrmRecords {
  readonly orders: readonly { readonly id: string; readonly tenant: string; readonly at: string }[];
  readonly calls: { readonly accepted: number; readonly refused429: number };
  readonly timeline: readonly { readonly second: number; readonly refused429: number }[];
}

/** The CRM as a storm controls it, and its own record of what took effect. */
export class CrmControl extends ServiceControl {
  ofAccount(account: string): Promise<CrmRecords> {
    return this.client.call('GET', this.records(account));
  }

  protected records(account: string): string {
    return `/records?account=${encodeURIComponent(account)}`;
  }
}
