import {
  definePolicy,
  ResilienceError,
  settings,
  type Call,
  type Environment,
  type Gate,
  type ResilienceErrorInfo,
} from '../src/index.js';

const HOUR_MS = 3_600_000;

const schema = settings.options({ from: settings.integer(0, 23), to: settings.integer(1, 24) });

/** The provider answers at certain hours only (UTC). */
export class OutsideBusinessHoursError extends ResilienceError {
  readonly code = 'OUTSIDE_BUSINESS_HOURS';

  constructor(info: ResilienceErrorInfo) {
    super(`${info.provider}: closed at this hour`, info);
  }
}

class BusinessHours implements Gate<undefined> {
  readonly kind = 'businessHours';
  private refused = 0;

  constructor(
    private hours: settings.SettingsOf<typeof schema>,
    private readonly environment: Environment,
  ) {}

  enter({ provider, operation }: Call): OutsideBusinessHoursError | undefined {
    const retryAfterMs = this.closedForMs();
    if (retryAfterMs === 0) return undefined;
    this.refused++;
    this.environment.emit('businessHours.refused', { retryAfterMs }, operation);
    return new OutsideBusinessHoursError({ provider, operation, retryAfterMs });
  }

  leave(): void {}

  snapshot(): object {
    return { ...this.hours, refused: this.refused };
  }

  reconfigure(hours: settings.SettingsOf<typeof schema>): void {
    this.hours = hours;
  }

  private closedForMs(): number {
    const { from, to } = this.hours;
    const sinceMidnight = this.environment.clock.wallNow() % (24 * HOUR_MS);
    if (sinceMidnight >= from * HOUR_MS && sinceMidnight < to * HOUR_MS) return 0;
    const untilMs = from * HOUR_MS - sinceMidnight;
    return untilMs > 0 ? untilMs : untilMs + 24 * HOUR_MS;
  }
}

export const businessHours = definePolicy({
  kind: 'businessHours',
  scope: 'provider',
  schema,
  policy: BusinessHours,
  events: { 'businessHours.refused': 'info' },
  refusals: { OUTSIDE_BUSINESS_HOURS: { status: 503, message: 'A service that this request depends on is closed.' } },
});
