import { createRequire } from 'node:module';
import { join } from 'node:path';

type Nest = Pick<typeof import('@nestjs/common'), 'Module' | 'Injectable'> &
  Pick<typeof import('@nestjs/core'), 'NestFactory'>;

/** The parts of the package and of its Nest that the cases use. */
export interface NestjsResilience extends Nest {
  readonly ResilienceModule: { forRoot(options: object): object };
  readonly BulkheadStrategy: new (options?: object) => object;
  readonly CircuitBreakerStrategy: new (options?: object) => object;
  readonly RetryStrategy: new (options?: object) => object;
  readonly TimeoutStrategy: new (ms?: number) => object;
  UseResilience(...strategies: readonly object[]): MethodDecorator;
}

/** The package and the Nest that are installed in `folder`. */
export function loadNestjsResilience(folder: string): NestjsResilience {
  const require = createRequire(join(folder, 'package.json'));
  require('reflect-metadata');
  return {
    ...require('@nestjs/common'),
    ...require('@nestjs/core'),
    ...require('nestjs-resilience'),
  } as NestjsResilience;
}
