import { join } from 'node:path';
import { systemClock } from './clock.js';
import { placeOrder, type Patience } from './load/customer.js';
import { type LoadPlan, offerLoad } from './load/load.js';
import { ordersOfRun } from './load/order.js';
import type { Journey } from './load/submission.js';
import type { Progress } from './progress.js';
import { EmailControl } from './services/email-control.js';
import { PaymentsControl } from './services/payments-control.js';
import type { ServiceGroup, ServiceStart, StartedService } from './services/service-group.js';
import { startTwin, type Twin, type TwinChanges } from './twin.js';
import { type Twins, withBoth } from './twins.js';

interface StageParts {
  readonly payments: PaymentsControl;
  readonly email: EmailControl;
  readonly progress: Progress;
  readonly services: ServiceGroup;
  readonly storeUrl: string;
  start(name: Twin['name'], changes: TwinChanges): Promise<Twin>;
}

/** Where storms play: two third parties that can be made to fail, and two checkouts that depend on them. */
export class Stage {
  readonly clock = systemClock;

  private constructor(
    private readonly parts: StageParts,
    readonly twins: Twins<Twin>,
  ) {}

  static async open(services: ServiceGroup, progress: Progress, storeUrl = 'memory:'): Promise<Stage> {
    const [{ url: paymentsUrl }, { url: emailUrl }] = await Promise.all([
      services.start({ name: 'payments', app: 'payments', env: { PORT: '0' } }),
      services.start({ name: 'email', app: 'email', env: { PORT: '0' } }),
    ]);
    const start: StageParts['start'] = (name, changes) =>
      startTwin({ storeUrl, ...changes, name, services, paymentsUrl, emailUrl });
    const twins = await withBoth(NAMES, (name) => start(name, { account: name }));
    const [payments, email] = [new PaymentsControl(paymentsUrl), new EmailControl(emailUrl)];
    return new Stage({ payments, email, progress, services, storeUrl, start }, twins);
  }

  get payments(): PaymentsControl {
    return this.parts.payments;
  }

  get email(): EmailControl {
    return this.parts.email;
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
    await Promise.all([this.payments.faults.heal(), this.email.faults.heal(), this.payments.unlimit()]);
    await this.load({ orders: ordersOfRun(`${storm}-warm-up`, rate * seconds), rate });
    await withBoth(this.twins, async ({ merchant, mailbox }) => {
      await Promise.all([this.payments.forget(merchant), this.email.forget(mailbox)]);
    });
  }

  /**
   * The same customers come to both checkouts at the same time; ends when the last of them is served or stops trying.
   */
  load(plan: LoadPlan, patience = PATIENCE): Promise<Twins<Journey[]>> {
    const { clock, signal } = this;
    return withBoth(this.twins, ({ name, checkout }) =>
      offerLoad(plan, {
        clock,
        signal,
        customer: (order, plannedAt) =>
          placeOrder(order, plannedAt, {
            submit: (submitted) => checkout.submit(submitted),
            patience,
            clock,
            random: Math.random,
            signal,
            onSubmission: (submission) => this.progress.count(name, submission),
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
      unprotected.checkout.close(),
      guarded.checkout.close(),
    ]);
  }
}

const NAMES = { unprotected: 'unprotected', protected: 'protected' } as const;

const PATIENCE: Patience = { submissions: 8, pauseMs: 1_000, longestPauseMs: 2_000, spreadMs: 500 };
