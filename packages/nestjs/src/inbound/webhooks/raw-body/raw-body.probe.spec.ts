import { describe, expect, it } from '@jest/globals';
import {
  Controller,
  Inject,
  Injectable,
  Module,
  Post,
  UseGuards,
  type INestApplication,
  type OnModuleInit,
} from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ResilienceModule } from '../../../resilience.module.js';
import { RawBodyProbe } from './raw-body.probe.js';
import { Webhook } from '../webhook.decorator.js';
import { WebhookGuard } from '../webhook.guard.js';
import { webhookUses } from '../webhook-uses.js';

@Injectable()
class Hook implements OnModuleInit {
  seen: string | undefined;

  constructor(@Inject(RawBodyProbe) private readonly probe: RawBodyProbe) {}

  onModuleInit(): void {
    this.seen = this.probe.state;
  }
}

@Module({ providers: [RawBodyProbe, Hook] })
class Root {}

const adapters: [string, () => AbstractHttpAdapter][] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
];
const options = [
  ['on', { rawBody: true }],
  ['off', {}],
  ['none', { bodyParser: false }],
] as const;
const cases = adapters.flatMap(([name, adapter]) => options.map(([state, given]) => ({ name, adapter, state, given })));

describe('RawBodyProbe', () => {
  it.each(cases)('knows on $name that the raw body is $state, by NestFactory', async ({ adapter, state, given }) => {
    const app = await NestFactory.create(Root, adapter(), { ...given, logger: false });
    await app.init();
    expect(app.get(Hook).seen).toBe(state);
    await app.close();
  });

  it.each(cases)('knows it on $name: $state, by Test', async ({ adapter, state, given }) => {
    const module = await Test.createTestingModule({ imports: [Root] }).compile();
    const app = module.createNestApplication(adapter(), given);
    await app.init();
    expect(app.get(Hook).seen).toBe(state);
    await app.close();
  });

  it('is at rest where there is no HTTP', async () => {
    const app = await NestFactory.createApplicationContext(Root, { logger: false });
    expect(app.get(Hook).seen).toBe('none');
    await app.close();
  });
});

@Controller()
class Base {
  @Post('a')
  @Webhook('payments')
  inherited(): void {}

  @Post('b')
  @UseGuards(WebhookGuard('email'))
  overridden(): void {}
}

@Controller()
class Derived extends Base {
  override overridden(): void {}
}

@UseGuards(WebhookGuard('chat'))
@Controller()
class Whole {
  @Post()
  receive(): void {}
}

describe('webhookUses', () => {
  it('finds guarded methods, inherited ones and whole classes', () => {
    expect(webhookUses(Base)).toEqual([
      { provider: 'payments', where: 'Base.inherited' },
      { provider: 'email', where: 'Base.overridden' },
    ]);
    expect(webhookUses(Derived)).toEqual([{ provider: 'payments', where: 'Derived.inherited' }]);
    expect(webhookUses(Whole)).toEqual([{ provider: 'chat', where: 'Whole' }]);
    expect(webhookUses(Hook)).toEqual([]);
  });

  async function withRawBodyOff(adapter: AbstractHttpAdapter): Promise<INestApplication> {
    const webhook = { sender: 'stripe', secrets: ['whsec_8f2bd5c1a7e94f03b6d1'] };
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ providers: { chat: { webhook } } })],
      controllers: [Whole],
    }).compile();
    return module.createNestApplication(adapter);
  }

  it('lets an application with rawBody off not boot on Express whose own parser reads the bodies', async () => {
    const app = await withRawBodyOff(new ExpressAdapter());
    (app as NestExpressApplication).useBodyParser('json');
    await expect(app.init()).rejects.toThrow(/Whole: a parser of the application.*\{ rawBody: true \}/);
    await app.close();
  });

  it.each(adapters)(
    'needs no rawBody on %s, where the bodies of webhooks are left to the guard',
    async (_name, adapter) => {
      const app = await withRawBodyOff(adapter());
      await expect(app.init()).resolves.toBeDefined();
      await app.close();
    },
  );
});
