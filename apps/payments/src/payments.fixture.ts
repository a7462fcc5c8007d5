import type { FaultSet, MockService } from '@breakwater/faults';
import type { Charge } from './charges/charge.js';
import { createPaymentsApp } from './create-payments-app.js';
import type { LedgerReport } from './ledger/ledger-report.js';
import type { PaymentsOptions } from './payments-options.js';
import type { DeliveriesReport } from './webhooks/webhook-deliveries.controller.js';

const MERCHANT = 'sk_shop';
export const ORDER = { amount: 1999, currency: 'EUR', reference: 'order-1' };

/** A running payment provider with the client of one merchant. */
export class PaymentsFixture {
  static async start(options: PaymentsOptions = {}): Promise<PaymentsFixture> {
    return new PaymentsFixture(await createPaymentsApp({ seed: 1, ...options }));
  }

  readonly merchant = MERCHANT;

  private constructor(readonly service: MockService) {}

  charge(body: unknown = ORDER, idempotencyKey?: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ authorization: `Bearer ${MERCHANT}` });
    if (idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey);
    return this.send('POST', '/charges', body, { headers, ...init });
  }

  async charged(body: unknown = ORDER, idempotencyKey?: string): Promise<Charge> {
    return (await (await this.charge(body, idempotencyKey)).json()) as Charge;
  }

  strike(faults: FaultSet): Promise<Response> {
    return this.send('PUT', '/faults', faults);
  }

  async ledger(merchant = MERCHANT): Promise<LedgerReport> {
    return (await (await this.send('GET', `/ledger?merchant=${merchant}`)).json()) as LedgerReport;
  }

  async deliveries(): Promise<DeliveriesReport> {
    return (await (await this.send('GET', `/webhook-deliveries?merchant=${MERCHANT}`)).json()) as DeliveriesReport;
  }

  send(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('content-type', 'application/json');
    const text = body === undefined ? null : JSON.stringify(body);
    return fetch(this.service.url + path, { ...init, method, headers, body: text });
  }

  close(): Promise<void> {
    return this.service.close();
  }
}
