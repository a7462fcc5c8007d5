import { afterEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cached } from '../../decorators/cached.decorator.js';
import { Resilient } from '../../decorators/resilient.decorator.js';
import { Retry } from '../../decorators/retry.decorator.js';
import { ResilienceModule } from '../../resilience.module.js';
import type { ResilienceOptions } from '../../composition/resilience.options.js';
import { getGraphqlToken } from './get-graphql-token.js';
import type { GraphqlClient } from './graphql-client.js';
import { graphqlServer, type GraphqlReply, type GraphqlServer } from '../../../test/graphql-server.fixture.js';
import { InjectGraphql } from './inject-graphql.decorator.js';

@Injectable()
@Resilient({ provider: 'catalog', protocol: 'graphql' })
class CatalogClient {
  constructor(@InjectGraphql('catalog') readonly catalog: GraphqlClient) {}

  @Resilient('catalog')
  async price(sku: string): Promise<number> {
    const { product } = await this.catalog.request<{ product: { price: number } }>(
      'query($sku: ID!) { p(sku: $sku) }',
      {
        sku,
      },
    );
    return product.price;
  }

  @Retry()
  async parts(): Promise<object> {
    return this.catalog.partial('{ product }');
  }

  @Cached({ ttl: '1m' })
  async cached(): Promise<object> {
    return this.catalog.partial('{ product }');
  }
}

@Injectable()
@Resilient('catalog')
class PlainClient {
  constructor(@Inject(getGraphqlToken('catalog', '/v2')) readonly catalog: GraphqlClient) {}

  @Retry()
  async parts(): Promise<object> {
    return this.catalog.partial('{ product }');
  }

  @Resilient({ provider: 'catalog', protocol: 'graphql' })
  async protocolOfItsOwn(): Promise<object> {
    return this.catalog.partial('{ product }');
  }
}

const good = { body: { data: { product: { price: 5 } } } };
const part = {
  body: { data: { product: null }, errors: [{ message: 'oops', path: ['product'], extensions: { code: 'X' } }] },
};
let server: GraphqlServer | undefined;
let app: INestApplicationContext | undefined;

async function start(type: Type, replies: GraphqlReply[], catalog: object = {}) {
  server = await graphqlServer(...replies);
  const http = { baseUrl: server.url };
  const options = { logger: false, providers: { catalog: { http, retry: { backoff: { initial: 1 } }, ...catalog } } };
  return boot(type, options as ResilienceOptions);
}

async function boot<T>(type: Type<T>, options: ResilienceOptions): Promise<T> {
  class AppModule {}
  const module = { module: AppModule, imports: [ResilienceModule.forRoot(options)], providers: [type] };
  app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  return app.get(type);
}

afterEach(async () => {
  await app?.close();
  server?.close();
  app = undefined;
});

describe('@InjectGraphql', () => {
  it('injects a client of the provider, whose queries are repeated within a decorated method', async () => {
    const client = (await start(CatalogClient, [{ status: 502, body: '' }, good])) as CatalogClient;
    expect(await client.price('pen')).toBe(5);
    expect(server!.seen).toHaveLength(2);
  });

  it('knows an endpoint below the base URL, also by its token', async () => {
    const client = (await start(PlainClient, [good])) as PlainClient;
    await client.parts();
    expect(server!.seen[0]!.url).toBe('/graphql/v2');
  });

  it.each<[string, Type, 'parts' | 'cached' | 'protocolOfItsOwn', number]>([
    ['counts a part that is returned by its errors, where the class says so', CatalogClient, 'parts', 2],
    ['does not cache it then', CatalogClient, 'cached', 2],
    ['takes it for a success where nothing says so', PlainClient, 'parts', 1],
    ['counts it where the method says so', PlainClient, 'protocolOfItsOwn', 2],
  ])('%s', async (_name, type, method, times) => {
    const client = (await start(type, [part, good])) as Record<string, () => Promise<object>>;
    await client[method]!();
    if (method === 'cached') await client[method]!();
    expect(server!.seen).toHaveLength(times);
  });

  it('tells of a provider that is not known, and of one without a base URL, at boot', async () => {
    @Injectable()
    class Lost {
      constructor(
        @InjectGraphql('catalogue') readonly catalogue: GraphqlClient,
        @InjectGraphql('catalog') readonly catalog: GraphqlClient,
      ) {}
    }
    const message = await boot(Lost, { logger: false, providers: { catalog: {} } }).catch((e: Error) => e.message);
    expect(message).toMatch(/Lost \(parameter 1\) @InjectGraphql\('catalogue'\): there is no such provider/);
    expect(message).toMatch(
      /Lost \(parameter 2\) @InjectGraphql\('catalog'\): needs resilience\.providers\.catalog\.http/,
    );
  });
});
