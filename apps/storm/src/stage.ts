import type { QuotaSettings } from './checkout-settings.js';
import { systemClock } from './clock.js';
import { placeOrder, type Patience } from './load/customer.js';
import { type LoadPlan, offerLoad } from './load/load.js';
import { makeOrders } from './load/order.js';
import type { Journey } from './load/submission.js';
import type { Progress } from './progress.js';
import { EmailControl } from './services/email-control.js';
import { PaymentsControl } from './services/payments-control.js';
import type { ServiceGroup } from './services/service-group.js';
import { startTwin, type Twin, type TwinStart } from './twin.js';
import { type Twins, withBoth } from './twins.js';

/** Where storms play: two third parties that can be made to fail, and two checkouts that depend on them. */
export class Stage {
  readonly clock = systemClock;

  private constructor(
    readonly payments: PaymentsControl,
    readonly email: EmailControl,
    readonly twins: Twins<Twin>,
    readonly progress: Progress,
    private readonly start: (twin: Pick<TwinStart, 'name' | 'quota'>) => Promise<Twin>,
    readonly signal: AbortSignal,
  ) {}

  static async open(services: ServiceGroup, progress: Progress): Promise<Stage> {
    const [paymentsUrl, emailUrl] = await Promise.all([
      services.start({ name: 'payments', app: 'payments', env: { PORT: '0' } }),
      services.start({ name: 'email', app: 'email', env: { PORT: '0' } }),
    ]);
    const start: Stage['start'] = (twin) => startTwin({ ...twin, services, paymentsUrl, emailUrl });
    const twins = await withBoth(NAMES, (name) => start({ name }));
    const payments = new PaymentsControl(paymentsUrl);
    return new Stage(payments, new EmailControl(emailUrl), twins, progress, start, services.signal);
  }

  /** Plays with a protected checkout that is told the quota of payments, in the place of the one that is not. */
  async withQuota<T>(quota: QuotaSettings, play: (stage: Stage) => Promise<T>): Promise<T> {
    const guarded = await this.start({ name: 'protected', quota });
    const twins = { ...this.twins, protected: guarded };
    try {
      return await play(new Stage(this.payments, this.email, twins, this.progress, this.start, this.signal));
    } finally {
      await guarded.checkout.close();
    }
  }

  /** Fine weather, a warm machine and empty books. */
  async prepare(
    storm: string,
    { rate, seconds = 1 }: { readonly rate: number; readonly seconds?: number },
  ): Promise<void> {
    await Promise.all([this.payments.faults.heal(), this.email.faults.heal(), this.payments.unlimit()]);
    await this.load({ orders: makeOrders(`${storm}-warm-up`, rate * seconds), rate });
    await withBoth(this.twins, async ({ merchant, mailbox }) => {
      await Promise.all([this.payments.forget(merchant), this.email.forget(mailbox)]);
    });
  }

  /**
   * The same customers come to both checkouts at the same time; ends when the last of them is served or stops trying.
   */
  load(plan: LoadPlan): Promise<Twins<Journey[]>> {
    const { clock, signal } = this;
    return withBoth(this.twins, ({ name, checkout }) =>
      offerLoad(plan, {
        clock,
        signal,
        customer: (order, plannedAt) =>
          placeOrder(order, plannedAt, {
            submit: (submitted) => checkout.submit(submitted),
            patience: PATIENCE,
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
