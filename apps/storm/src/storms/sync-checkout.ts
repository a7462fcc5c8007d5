import { randomBytes } from 'node:crypto';
import { request } from 'undici';
import { checkoutEnvironment } from '../checkout-environment.js';
import { CrmControl, type CrmRecords } from '../services/crm-control.js';
import type { StartedService } from '../services/service-group.js';
import type { Stage } from '../stage.js';
import type { Twins } from '../twins.js';

const LEASE_MS = 2000;
const EVERY_MS = 500;
const PATIENCE_MS = 5000;

/** A user who looks at a customer of the CRM: how long that took, and whether the answer was the customer. */
export interface Visit {
  readonly ms: number;
  readonly served: boolean;
}

/** A checkout with a CRM, which can be killed and started again with what stands in its store. */
export class SyncCheckout {
  private readonly account: string;
  private readonly key: string;
  readonly visits: Visit[] = [];
  downMs = 0;
  private readonly crm: CrmControl;
  private running: StartedService | undefined;
  private url = '';
  private isUp = false;
  private readonly prefix = `storm-${randomBytes(6).toString('hex')}`;

  private constructor(
    readonly name: keyof Twins<unknown>,
    private readonly stage: Stage,
    private readonly crmUrl: string,
  ) {
    this.account = `crm_${name}`;
    this.key = stage.credentials.make(`${this.account}.`);
    this.crm = new CrmControl(crmUrl);
  }

  static async start(name: keyof Twins<unknown>, stage: Stage, crmUrl: string): Promise<SyncCheckout> {
    const checkout = new SyncCheckout(name, stage, crmUrl);
    await checkout.open();
    return checkout;
  }

  /** The CRM's own record of what this checkout has brought it. */
  records(): Promise<CrmRecords> {
    return this.crm.ofAccount(this.account);
  }

  /** Hands over orders of a tenant. */
  async hand(tenant: string, ids: readonly string[]): Promise<void> {
    const orders = ids.map((id, i) => ({ id, amount: i }));
    const { statusCode, body } = await request(`${this.url}/imports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tenant, orders }),
    });
    const text = await body.text();
    if (statusCode !== 202) throw new Error(`POST /imports answered ${statusCode}: ${text.slice(0, 300)}`);
  }

  /** Looks at customers, one after the other, until `signal` aborts. Visits while it is down are not counted. */
  async visit(signal: AbortSignal): Promise<void> {
    for (let id = 0; !signal.aborted; id++) {
      if (this.isUp) void this.look(id);
      await this.stage.clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }

  /** Kills it as `kill -9` does, and starts it again. */
  async killAndRestart(): Promise<void> {
    const since = this.stage.clock.now();
    this.isUp = false;
    await this.running?.kill();
    await this.open();
    this.downMs += this.stage.clock.now() - since;
  }

  async close(): Promise<void> {
    this.isUp = false;
    await this.running?.stop();
    await this.crm.close();
  }

  private async open(): Promise<void> {
    const around = {
      paymentsUrl: this.crmUrl,
      paymentsKey: 'none',
      webhookSecret: this.stage.credentials.make('whsec_'),
      emailUrl: this.crmUrl,
      emailKey: 'none',
      databaseFile: this.stage.file(`sync-${this.name}.sqlite`),
      // Hosts on one store tell each other of refusals: those of one CRM say nothing of the other.
      storeUrl: this.name === 'protected' ? this.stage.storeUrl : 'memory:',
    };
    this.running = await this.stage.startService({
      name: `checkout-sync-${this.name}`,
      app: 'checkout',
      env: {
        ...checkoutEnvironment({
          ...around,
          ...(this.running !== undefined && { port: Number(new URL(this.url).port) }),
        }),
        CRM_URL: this.crmUrl,
        CRM_API_KEY: this.key,
        QUEUE_LEASE_MS: `${LEASE_MS}`,
        QUEUE_PREFIX: this.prefix,
        QUEUE_URL: this.stage.storeUrl,
        RESILIENCE__ENABLED: `${this.name === 'protected'}`,
      },
    });
    this.url = this.running.url;
    this.isUp = true;
  }

  private async look(id: number): Promise<void> {
    const { clock } = this.stage;
    const since = clock.now();
    let served = false;
    try {
      const { statusCode, body } = await request(`${this.url}/customers/c-${id}`, {
        headersTimeout: PATIENCE_MS,
        bodyTimeout: PATIENCE_MS,
      });
      await body.dump();
      served = statusCode === 200;
    } catch {
      // Killed while it answered: that is the storm's doing.
      if (!this.isUp) return;
    }
    this.visits.push({ ms: clock.now() - since, served });
  }
}
