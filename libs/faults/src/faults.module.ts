import { randomInt } from 'node:crypto';
import type { Clock as TimeSource } from '@breakwater/core';
import {
  type DynamicModule,
  Inject,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  type RequestMethod,
} from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { FaultsController } from './faults/faults.controller.js';
import { FaultsMiddleware } from './faults/faults.middleware.js';
import { Faults } from './faults/faults.service.js';
import { ApiKeys } from './service/api-keys.service.js';
import { CallLogMiddleware } from './service/call-log.middleware.js';
import { CallLog } from './service/call-log.service.js';
import { Clock } from './service/clock.js';
import { IdempotencyRecords } from './service/idempotency-records.service.js';
import { JsonBodyMiddleware } from './service/json-body.middleware.js';
import { ProblemFilter } from './service/problem.filter.js';
import { SchemaPipe } from './service/schema.pipe.js';

export interface FaultsOptions {
  /** First path segments that no fault strikes, such as `ledger`; `/faults` never is. */
  readonly exclude?: readonly string[];
  /** The routes whose calls the `CallLog` counts. */
  readonly count?: readonly { readonly path: string; readonly method: RequestMethod }[];
  /** Makes the faults' dice repeatable. */
  readonly seed?: number;
  /** The machine's by default. */
  readonly clock?: TimeSource;
}

const OPTIONS = Symbol('FaultsOptions');

/** Makes an application a mock service: faults on command, and what every mock service needs besides. */
@Module({})
export class FaultsModule implements NestModule {
  static forRoot(options: FaultsOptions = {}): DynamicModule {
    const seed = options.seed ?? randomInt(2 ** 32);
    return {
      module: FaultsModule,
      controllers: [FaultsController],
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: Clock, useFactory: () => new Clock(options.clock) },
        { provide: Faults, useFactory: (clock: Clock) => new Faults(clock, seed), inject: [Clock] },
        { provide: APP_PIPE, useClass: SchemaPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
        ApiKeys,
        CallLog,
        IdempotencyRecords,
      ],
      exports: [ApiKeys, Clock, CallLog, Faults, IdempotencyRecords],
    };
  }

  constructor(@Inject(OPTIONS) private readonly options: FaultsOptions) {}

  /** A call is counted before anything can go wrong, and read before a fault can keep it until its client has left. */
  configure(consumer: MiddlewareConsumer): void {
    const { count = [], exclude = [] } = this.options;
    consumer.apply(CallLogMiddleware).forRoutes(...count);
    consumer.apply(JsonBodyMiddleware).forRoutes('{*path}');
    consumer
      .apply(FaultsMiddleware)
      .exclude(...['faults', ...exclude].map((segment) => `${segment}{/*rest}`))
      .forRoutes('{*path}');
  }
}
