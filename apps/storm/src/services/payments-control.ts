import { ServiceControl } from './service-control.js';

export interface Ledger {
  readonly charges: readonly Charge[];
  readonly calls: { readonly total: number; readonly refused429: number };
  readonly timeline: readonly LedgerSecond[];
}

export interface Charge {
  readonly id: string;
  /** The order that it pays. */
  readonly reference: string;
  /** RFC 3339. */
  readonly at: string;
}

/** A merchant's calls within one second of the epoch. */
export interface LedgerSecond {
  readonly second: number;
  readonly refused429: number;
}

export interface WebhookEndpoint {
  readonly merchant: string;
  readonly url: string;
  readonly secret: string;
  /** How often each event is sent at once. */
  readonly copies?: number;
}

export interface MerchantQuota {
  readonly limit: number;
  readonly perMs: number;
  /** Whether no answer speaks of it. */
  readonly silent?: boolean;
}

/** The payment provider's own books, and the handles by which a storm moves it. */
export class PaymentsControl extends ServiceControl {
  ledger(merchant: string): Promise<Ledger> {
    return this.client.call('GET', this.records(merchant));
  }

  async limit(merchant: string, quota: MerchantQuota): Promise<void> {
    await this.client.call('PUT', '/limits', { merchant, ...quota });
  }

  async unlimit(): Promise<void> {
    await this.client.call('DELETE', '/limits');
  }

  /** The only API keys that the merchant has from now on. */
  async acceptKeys(merchant: string, keys: readonly string[]): Promise<void> {
    await this.client.call('PUT', '/keys', { merchant, keys });
  }

  async acceptAllKeys(): Promise<void> {
    await this.client.call('DELETE', '/keys');
  }

  async sendWebhooksTo(endpoint: WebhookEndpoint): Promise<void> {
    await this.client.call('PUT', '/webhook-endpoints', endpoint);
  }

  async sendNoWebhooks(): Promise<void> {
    await this.client.call('DELETE', '/webhook-endpoints');
  }

  /** How many webhooks are still on their way. */
  async pendingWebhooks(merchant: string): Promise<number> {
    const deliveries = await this.client.call<{ pending: number }>(
      'GET',
      `/webhook-deliveries?merchant=${encodeURIComponent(merchant)}`,
    );
    return deliveries.pending;
  }

  protected records(merchant: string): string {
    return `/ledger?merchant=${encodeURIComponent(merchant)}`;
  }
}
