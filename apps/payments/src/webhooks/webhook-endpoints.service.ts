import { Injectable } from '@nestjs/common';
import type { WebhookEndpoint } from './webhook-endpoint.js';

/** Where each merchant wants its events; one endpoint per merchant. */
@Injectable()
export class WebhookEndpoints {
  private readonly endpoints = new Map<string, WebhookEndpoint>();

  of(merchant: string): WebhookEndpoint | undefined {
    return this.endpoints.get(merchant);
  }

  set(endpoint: WebhookEndpoint): void {
    this.endpoints.set(endpoint.merchant, endpoint);
  }

  /** Deliveries that are still being tried end with it. */
  remove(merchant?: string): void {
    if (merchant === undefined) this.endpoints.clear();
    else this.endpoints.delete(merchant);
  }

  /** Without the secrets. */
  list(): Omit<WebhookEndpoint, 'secret'>[] {
    return [...this.endpoints.values()].map(({ merchant, url, copies }) => ({ merchant, url, copies }));
  }
}
