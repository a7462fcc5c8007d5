import { join } from 'node:path';
import type { LiveCredentials } from './audit/live-credentials.js';
import { systemClock } from './clock.js';
import { placeOrder, type Patience } from './load/customer.js';
import { type LoadPlan, offerLoad } from './load/load.js';
import { type Order, ordersOfRun } from './load/order.js';
import type { Answer, Journey } from './load/submission.js';
import type { Progress } from './progress.js';
import { CatalogControl } from './services/catalog-control.js';
import { EmailControl } from './services/email-control.js';
import { InventoryControl } from './services/inventory-control.js';
import { PaymentsControl } from './services/payments-control.js';
import type { ServiceGroup, ServiceStart, StartedService } from './services/service-group.js';
import { startTwin, type Twin, type TwinChanges } from './twin.js';
import { type Twins, withBoth } from './twins.js';
import { offerVisits, type VisitPlan } from './visits/offer-visits.js';

interface StageParts {
  readonly payments: PaymentsControl;
  readonly email: EmailControl;
  readonly catalog: CatalogControl;
  readonly inventory: InventoryControl;
  readonly progress: Progress;
  readonly services: ServiceGroup;
  readonly storeUrl: string;
  start(name: Twin['name'], changes: TwinChanges): Promise<Twin>;
}

/** Where storms play: third parties that can be made to fail, and two checkouts that depend on them. */
export class Stage {
  readonly clock = systemClock;

  private constructor(
    private readonly parts: StageParts,
    readonly twins: Twins<Twin>,
  ) {}

  static async open(services: ServiceGroup, progress: Progress, storeUrl = 'memory:'): Promise<Stage> {
    const startParty = async (name: string) => (await services.start({ name, app: name, env: { PORT: '0' } })).url;
    const parties = ['payments', 'email', 'catalog', 'inventory'].map(startParty);
    const [paymentsUrl, emailUrl, catalogUrl, inventoryControl] = (await Promise.all(parties)) as Urls;
    const inventory = new InventoryControl(inventoryControl);
    const urls = { paymentsUrl, emailUrl, catalogUrl, inventoryUrl: await inventory.grpcUrl() };
    const start: StageParts['start'] = (name, changes) => startTwin({ storeUrl, ...changes, name, services, ...urls });
    const twins = await withBoth(NAMES, (name) => start(name, { account: name }));
    const [payments, email] = [new PaymentsControl(paymentsUrl), new EmailControl(emailUrl)];
    const catalog = new CatalogControl(catalogUrl);
    return new Stage({ payments, email, catalog, inventory, progress, services, storeUrl, start }, twins);
  }

  get payments(): PaymentsControl {
    return this.parts.payments;
  }

  get email(): EmailControl {
    return this.parts.email;
  }

  get catalog(): CatalogControl {
    return this.parts.catalog;
  }

  get inventory(): InventoryControl {
    return this.parts.inventory;
  }

  get progress(): Progress {
    return this.parts.progress;
  }

  /** Where the protected checkout keeps what its policies keep, as `STORE_URL`. */
  get storeUrl(): string {
    return this.parts.storeUrl;
  }

  /** Aborted when the run is to end. */
  get signal(): AbortSignal {
    return this.parts.services.signal;
  }

  /** The credentials of this run. */
  get credentials(): LiveCredentials {
    return this.parts.services.credentials;
  }

  /** Starts a further service of this run, which ends with it. */
  startService(service: ServiceStart): Promise<StartedService> {
    return this.parts.services.start(service);
  }

  /** A file of this run, which is removed after it. */
  file(name: string): string {
    return join(this.parts.services.folder, name);
  }

  /** Plays with other checkouts in the place of those that stand through most storms. */
  async withTwins<T>(changes: Partial<Twins<TwinChanges>>, play: (stage: Stage) => Promise<T>): Promise<T> {
    const started = await withBoth(NAMES, async (name) => changes[name] && this.parts.start(name, changes[name]));
    const twins = await withBoth(NAMES, async (name) => started[name] ?? this.twins[name]);
    try {
      return await play(new Stage(this.parts, twins));
    } finally {
      await withBoth(started, async (twin) => twin?.stop());
    }
  }

  /** Fine weather, a warm machine and empty books. */
  async prepare(
    storm: string,
    { rate, seconds = 1 }: { readonly rate: number; readonly seconds?: number },
  ): Promise<void> {
    const { payments, email, catalog } = this;
    await Promise.all([payments.faults.heal(), email.faults.heal(), catalog.faults.heal(), payments.unlimit()]);
    await this.load({ orders: ordersOfRun(`${storm}-warm-up`, rate * seconds), rate });
    await withBoth(this.twins, async ({ merchant, mailbox }) => {
      await Promise.all([this.payments.forget(merchant), this.email.forget(mailbox)]);
    });
  }

  /** The same visitors come to both checkouts at the same time, once each. */
  visit<Seen>(plan: VisitPlan, visit: (twin: Twin, index: number) => Promise<Seen>): Promise<Twins<Seen[]>> {
    const { clock, signal } = this;
    return withBoth(this.twins, (twin) => offerVisits(plan, { clock, signal, visit: (index) => visit(twin, index) }));
  }

  /**
   * The same customers come to both checkouts at the same time; ends when the last of them is served or stops trying.
   */
  load(plan: LoadPlan, patience = PATIENCE, submit: Submit = placed): Promise<Twins<Journey[]>> {
    const { clock, signal } = this;
    return withBoth(this.twins, (twin) =>
      offerLoad(plan, {
        clock,
        signal,
        customer: (order, plannedAt) =>
          placeOrder(order, plannedAt, {
            submit: (submitted) => submit(twin, submitted),
            patience,
            clock,
            random: Math.random,
            signal,
            onSubmission: (submission) => this.progress.count(twin.name, submission),
          }),
      }),
    );
  }

  pause(ms: number): Promise<void> {
    return this.clock.sleep(ms, this.signal);
  }

  async close(): Promise<void> {
    const { unprotected, protected: guarded } = this.twins;
    await Promise.all([
      this.payments.close(),
      this.email.close(),
      this.catalog.close(),
      this.inventory.close(),
      unprotected.checkout.close(),
      guarded.checkout.close(),
    ]);
  }
}

/** How a customer brings what is wanted to a checkout. */
type Submit = (twin: Twin, order: Order) => Promise<Answer>;
type Urls = [string, string, string, string];

const placed: Submit = ({ checkout }, order) => checkout.submit(order);

const NAMES = { unprotected: 'unprotected', protected: 'protected' } as const;

const PATIENCE: Patience = { submissions: 8, pauseMs: 1_000, longestPauseMs: 2_000, spreadMs: 500 };
