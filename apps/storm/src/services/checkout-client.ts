import { Pool } from 'undici';
import { withTimeout } from '../clock.js';
import type { Order } from '../load/order.js';
import type { Answer } from '../load/submission.js';
import { errorCode } from './error-code.js';
import { retryAfterMs } from './retry-after.js';
import { serverMs } from './server-timing.js';

/** An order as a checkout shows it. */
export interface OrderStatus {
  readonly status: string;
  readonly confirmation: 'sent' | 'pending';
  /** How often a webhook about it took effect. */
  readonly settlements: number;
}

export interface RawWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WebhookReceipt {
  readonly status: number;
  readonly retryAfter?: string;
}

export interface CheckoutClientOptions {
  /** When the customer closes the page. */
  readonly timeoutMs: number;
  /** In flight at once; what comes on top waits its turn, and its latency shows it. */
  readonly connections: number;
}

/** The page of a product, as a visitor saw it. */
export interface PageSeen {
  readonly status: number;
  /** Minor units. */
  readonly price?: number | undefined;
  /** Whether the page says that the price is an old one. */
  readonly stale?: boolean | undefined;
}

interface Asked {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The checkout as the outside world sees it. */
export class CheckoutClient {
  private readonly pool: Pool;

  constructor(
    readonly url: string,
    private readonly options: CheckoutClientOptions,
  ) {
    this.pool = new Pool(url, { connections: options.connections });
  }

  submit(order: Order): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return this.ask({ method: 'POST', path: '/orders', headers, body: JSON.stringify(order) });
  }

  /** Puts one piece of a product into a basket. */
  putInBasket(basket: string, sku: string): Promise<Answer> {
    return this.ask({ method: 'PUT', path: `/baskets/${encodeURIComponent(basket)}/items/${encodeURIComponent(sku)}` });
  }

  /** Looks at the page of a product; `status` is 0 where no answer came. */
  async page(sku: string): Promise<PageSeen> {
    try {
      return await withTimeout(this.options.timeoutMs, async (signal) => {
        const path = `/products/${encodeURIComponent(sku)}`;
        const { statusCode, body } = await this.pool.request({ method: 'GET', path, signal });
        const { price, stale } = JSON.parse(await body.text()) as Partial<PageSeen>;
        return { status: statusCode, ...(statusCode === 200 && { price, stale }) };
      });
    } catch {
      return { status: 0 };
    }
  }

  /** Never rejects: whatever goes wrong is an answer. */
  private async ask(request: Asked): Promise<Answer> {
    try {
      return await withTimeout(this.options.timeoutMs, async (signal) => {
        const { statusCode, headers, body } = await this.pool.request({ ...request, signal });
        const code = errorCode(await body.text());
        return {
          kind: 'answered',
          status: statusCode,
          code,
          retryAfterMs: retryAfterMs(headers['retry-after']),
          serverMs: serverMs(headers['server-timing']),
        };
      });
    } catch (error) {
      return { kind: 'unanswered', why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Undefined when the checkout does not know the order. */
  async order(id: string): Promise<OrderStatus | undefined> {
    const path = `/orders/${encodeURIComponent(id)}`;
    const { statusCode, body } = await this.pool.request({ method: 'GET', path });
    const text = await body.text();
    if (statusCode === 404) return undefined;
    if (statusCode !== 200) throw new Error(`GET ${this.url}${path} answered ${statusCode}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as OrderStatus;
  }

  /** Hands in a webhook byte for byte. */
  deliver({ headers, body }: RawWebhook): Promise<WebhookReceipt> {
    return withTimeout(this.options.timeoutMs, async (signal) => {
      const answer = await this.pool.request({ method: 'POST', path: WEBHOOK_PATH, headers, body, signal });
      await answer.body.dump();
      const retryAfter = answer.headers['retry-after'];
      return { status: answer.statusCode, ...(typeof retryAfter === 'string' && { retryAfter }) };
    });
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}

/** Where a checkout takes the webhooks of its payment provider. */
export const WEBHOOK_PATH = '/webhooks/payments';
