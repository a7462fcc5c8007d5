import { setTimeout as pause } from 'node:timers/promises';
import { createEmailApp, type OutboxReport } from '@breakwater/email';
import { liveSecret } from '@breakwater/servers';
import { createPaymentsApp, type LedgerReport } from '@breakwater/payments';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createCheckoutApp } from './create-checkout-app.js';
import type { OrderStatus } from './orders/order.js';
import { ThirdParty } from './third-party.fixture.js';

export const WEBHOOK_SECRET = liveSecret('whsec_');
const MERCHANT = 'sk_shop';
/** The merchant's name stands before the dot. */
const KEY = liveSecret(`${MERCHANT}.`);
const MAILBOX = 'key_shop';

/** A machine under load takes longer for a healthy third party than a customer waits: tests say what is to be short. */
const PATIENT = {
  RESILIENCE__PAYMENTS__TIMEOUT__ATTEMPT: '20s',
  RESILIENCE__PAYMENTS__TIMEOUT__TOTAL: '60s',
  RESILIENCE__PAYMENTS__RATE_LIMIT__WAIT: '30s',
  RESILIENCE__PAYMENTS__BULKHEAD__WAIT: '30s',
  RESILIENCE__EMAIL__TIMEOUT__ATTEMPT: '20s',
  RESILIENCE__CATALOG__TIMEOUT__ATTEMPT: '20s',
  RESILIENCE__INVENTORY__TIMEOUT__ATTEMPT: '20s',
  RESILIENCE__INVENTORY__TIMEOUT__TOTAL: '60s',
  RESILIENCE__INVENTORY__RATE_LIMIT__WAIT: '30s',
} as const;

/** An answer with its JSON read. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A shop with third parties of its own. Settings are given as the environment variables that override them. */
export class ShopFixture {
  static async open(overrides: Readonly<Record<string, string>> = {}): Promise<ShopFixture> {
    const [payments, email] = await Promise.all([createPaymentsApp({ seed: 1 }), createEmailApp({ seed: 1 })]);
    const environment = {
      ...PATIENT,
      PAYMENTS_URL: payments.url,
      PAYMENTS_API_KEY: KEY,
      PAYMENTS_WEBHOOK_SECRET: WEBHOOK_SECRET,
      EMAIL_URL: email.url,
      EMAIL_API_KEY: MAILBOX,
      CATALOG_API_KEY: MAILBOX,
      INVENTORY_API_KEY: MAILBOX,
      ...overrides,
    };
    // Secrets are read at each use, so it stays as it is until the shop is closed.
    Object.assign(process.env, environment);
    const shop = new ShopFixture(new ThirdParty(payments), new ThirdParty(email), environment);
    try {
      await shop.start();
    } catch (error) {
      await shop.close();
      throw error;
    }
    return shop;
  }

  url = '';
  private app: NestExpressApplication | undefined;

  private constructor(
    readonly payments: ThirdParty,
    readonly email: ThirdParty,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Starts the shop, once more after `stop`. */
  async start(): Promise<void> {
    this.app = await createCheckoutApp();
    this.app.useLogger(false);
    await this.app.listen(0, '127.0.0.1');
    this.url = await this.app.getUrl();
  }

  async stop(): Promise<void> {
    await this.app?.close();
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all([this.payments.close(), this.email.close()]);
    for (const name of Object.keys(this.environment)) delete process.env[name];
  }

  place(order: unknown): Promise<Answer<OrderStatus>> {
    return this.post('/orders', JSON.stringify(order));
  }

  async order(id: string): Promise<OrderStatus> {
    return (await this.get<OrderStatus>(`/orders/${id}`)).body;
  }

  async get<T>(path: string): Promise<Answer<T>> {
    return answerOf(await fetch(this.url + path));
  }

  async put<T>(path: string): Promise<Answer<T>> {
    return answerOf(await fetch(this.url + path, { method: 'PUT' }));
  }

  async post<T>(path: string, body: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    return answerOf(await fetch(this.url + path, init));
  }

  ledger(): Promise<LedgerReport> {
    return this.payments.get(`/ledger?merchant=${MERCHANT}`);
  }

  mailbox(): Promise<OutboxReport> {
    return this.email.get(`/outbox?account=${MAILBOX}`);
  }

  /** Has payments send its webhooks to the shop, each event `copies` times at once. */
  async hearOfCharges(copies: number): Promise<void> {
    const url = `${this.url}/webhooks/payments`;
    await this.payments.put('/webhook-endpoints', { merchant: MERCHANT, url, secret: WEBHOOK_SECRET, copies });
  }

  /** Resolves when payments has brought all its webhooks. */
  async heardOfCharges(): Promise<void> {
    const path = `/webhook-deliveries?merchant=${MERCHANT}`;
    await eventually(async () => (await this.payments.get<{ pending: number }>(path)).pending === 0);
  }
}

export function anOrder(id: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { id, email: `${id}@customers.test`, amount: 1999, currency: 'EUR', ...more };
}

/** Resolves when `holds` does, within the time that the test has. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20);
}

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? undefined : JSON.parse(text)) as T,
  };
}
