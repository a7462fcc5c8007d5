import {
  definePolicy,
  ResilienceConfigurationError,
  ResilienceError,
  settings,
  type Call,
  type Environment,
  type Gate,
  type ResilienceErrorInfo,
} from '@breakwater/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Resilience, ResilienceModule, Resilient, type ResilienceOptions } from '@breakwater/nestjs';
import { startResilience } from './start-resilience.fixture.js';

class MaintenanceError extends ResilienceError {
  readonly code = 'MAINTENANCE';

  constructor(info: ResilienceErrorInfo) {
    super(`${info.provider}: under maintenance`, info);
  }
}

const schema = settings.options({ on: settings.optional(settings.flag(), false) });

class Maintenance implements Gate<undefined> {
  readonly kind = 'maintenance';

  constructor(
    private settings: settings.SettingsOf<typeof schema>,
    private readonly environment: Environment,
  ) {}

  enter({ provider, operation }: Call): MaintenanceError | undefined {
    if (!this.settings.on) return undefined;
    this.environment.emit('maintenance.refused', {}, operation);
    return new MaintenanceError({ provider, operation, retryAfterMs: 5000 });
  }

  leave(): void {}

  snapshot(): object {
    return this.settings;
  }

  reconfigure(given: settings.SettingsOf<typeof schema>): void {
    this.settings = given;
  }
}

const maintenance = definePolicy({
  kind: 'maintenance',
  scope: 'provider',
  schema,
  policy: Maintenance,
  events: { 'maintenance.refused': 'warn' },
  refusals: { MAINTENANCE: { status: 502, message: 'A service is under maintenance.' } },
});

@Injectable()
@Resilient('bank')
class BankClient {
  @Resilient({ provider: 'bank' })
  async balance(): Promise<number> {
    return 1;
  }
}

@Controller()
class BankController {
  constructor(private readonly bank: BankClient) {}

  @Get('balance')
  balance(): Promise<number> {
    return this.bank.balance();
  }
}
Reflect.defineMetadata('design:paramtypes', [BankClient], BankController);

describe('policies of the application’s own', () => {
  let app: INestApplication | undefined;
  afterEach(() => app?.close());

  async function start(options: object) {
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ policies: [maintenance], ...options } as ResilienceOptions)],
      controllers: [BankController],
      providers: [BankClient],
    }).compile();
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl(), resilience: app.get(Resilience) };
  }

  it('stand around decorated methods, answer with their own status, and are shown and told', async () => {
    const { url, resilience } = await start({ providers: { bank: { maintenance: { on: true } } } });
    const events: string[] = [];
    resilience.provider('bank').events.on(({ type }) => events.push(type));
    const response = await fetch(`${url}/balance`);
    expect(response.status).toBe(502);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toMatchObject({ code: 'MAINTENANCE', message: 'A service is under maintenance.' });
    expect(events).toContain('maintenance.refused');
    expect(resilience.provider('bank').snapshot().policies).toContainEqual({ kind: 'maintenance', on: true });
    resilience.reconfigure('bank', { maintenance: { on: false } } as object);
    expect((await fetch(`${url}/balance`)).status).toBe(200);
  });

  it('have their settings merged with the defaults', async () => {
    const { url, resilience } = await start({ defaults: { maintenance: { on: true } }, providers: { bank: {} } });
    expect((await fetch(`${url}/balance`)).status).toBe(502);
    resilience.reconfigure('bank', { maintenance: { on: false } } as object);
    expect((await fetch(`${url}/balance`)).status).toBe(200);
  });

  it.each([
    [{ providers: { bank: { maintenance: { on: 3 } } } }, /bank\.maintenance\.on: 3 given/],
    [{ defaults: { maintainance: {} }, providers: {} }, /did you mean 'maintenance'/],
    [{ policies: [maintenance, maintenance] }, /resilience\.policies\.maintenance: there is a setting of this name/],
    [{ policies: ['maintenance'] }, /resilience\.policies: .* given; expected a list of policies/],
  ])('are checked with all other settings: case %#', (options, message) => {
    const { parts } = startResilience({ policies: [maintenance], ...options } as ResilienceOptions);
    expect(new ResilienceConfigurationError(parts.faults).message).toMatch(message);
  });
});
