import { fileURLToPath } from 'node:url';
import { TestClock } from '@breakwater/core/testing';
import {
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { FaultsReport } from '@breakwater/faults';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createInventoryApp, type InventoryService } from '../create-inventory-app.js';

type Call = (item: object, metadata: Metadata, done: (error: ServiceError | null, answer: object) => void) => void;
type InventoryClient = Client & { readonly reserve: Call; readonly getStock: Call };

const definition = loadSync(fileURLToPath(new URL('../../inventory.proto', import.meta.url)));
const { shop } = loadPackageDefinition(definition) as unknown as { shop: { Inventory: ServiceClientConstructor } };

describe('the mock inventory', () => {
  let inventory: InventoryService;
  let client: InventoryClient;
  let clock: TestClock;

  beforeEach(async () => {
    clock = new TestClock();
    inventory = await createInventoryApp({ seed: 1, clock });
    client = new shop.Inventory(inventory.grpcUrl, credentials.createInsecure()) as unknown as InventoryClient;
  });
  afterEach(async () => {
    client.close();
    await inventory.close();
  });

  function call(method: 'reserve' | 'getStock', entries: Record<string, string> = {}): Promise<object> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries({ authorization: 'Bearer shop', ...entries })) metadata.set(name, value);
    return new Promise((resolve, reject) => {
      client[method]({ sku: 'sku-1' }, metadata, (error, answer) => (error === null ? resolve(answer) : reject(error)));
    });
  }

  const control = async (method: string, path: string, body?: object) => {
    const init = { method, headers: { 'content-type': 'application/json' }, body: body ? JSON.stringify(body) : null };
    return (await fetch(inventory.url + path, init)).json();
  };
  const books = () => control('GET', '/books?account=shop');

  it('reserves one piece for each key', async () => {
    const first = await call('reserve', { 'idempotency-key': 'a' });
    expect(await call('reserve', { 'idempotency-key': 'a' })).toEqual(first);
    await call('reserve', { 'idempotency-key': 'b' });
    await call('reserve');
    expect(await books()).toMatchObject({ calls: 4, replayed: 1, reserved: { 'sku-1': 3 } });
    expect(await call('getStock')).toEqual({ sku: 'sku-1', left: 999_997 });
  });

  it('refuses what is one too many until the time that it names, and tells who comes earlier', async () => {
    await control('PUT', '/books/limit', { account: 'shop', limit: 1, perMs: 1000 });
    await call('reserve', { 'idempotency-key': 'a' });
    await clock.advance(400);
    const refused = (await call('reserve', { 'idempotency-key': 'b' }).catch(
      (error: unknown) => error,
    )) as ServiceError;
    expect(refused.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(refused.metadata.get('grpc-retry-pushback-ms')).toEqual(['600']);
    await clock.advance(100);
    await expect(call('reserve', { 'idempotency-key': 'b' })).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    expect(await books()).toMatchObject({ refused: 2, early: 1 });
    await clock.advance(500);
    await call('reserve', { 'idempotency-key': 'b' });
    expect(await books()).toMatchObject({ early: 1, reserved: { 'sku-1': 2 } });
  });

  it('wants an API key, says where it serves gRPC, and forgets an account', async () => {
    await expect(call('reserve', { authorization: 'none' })).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    expect(await control('GET', '/books/grpc')).toEqual({ url: inventory.grpcUrl });
    await call('reserve');
    await control('DELETE', '/books?account=shop');
    expect(await books()).toMatchObject({ calls: 0, reserved: {} });
  });

  describe('struck by faults', () => {
    const faults = (active: object) => control('PUT', '/faults', active);
    const struck = async () => ((await control('GET', '/faults')) as FaultsReport).struck;
    const reserved = async () => ((await books()) as { reserved: Record<string, number> }).reserved['sku-1'] ?? 0;

    it.each([
      [503, status.UNAVAILABLE],
      [500, status.UNKNOWN],
      [401, status.UNAUTHENTICATED],
    ])('refuses before the work, %s in the words of gRPC', async (httpStatus, code) => {
      await faults({ error: { rate: 1, status: httpStatus, retryAfterSeconds: 2 } });
      const refused = (await call('reserve').catch((error: unknown) => error)) as ServiceError;
      expect(refused.code).toBe(code);
      expect(refused.metadata.get('grpc-retry-pushback-ms')).toEqual(['2000']);
      expect(await reserved()).toBe(0);
      expect((await struck()).error).toBe(1);
    });

    it.each([
      ['before-work', 0],
      ['after-work', 1],
    ])('loses the connection %s', async (when, pieces) => {
      await faults({ drop: { rate: 1, when } });
      await expect(call('reserve')).rejects.toMatchObject({ code: status.UNAVAILABLE });
      expect(await reserved()).toBe(pieces);
    });

    it('is late, works once it is healed, and ends while calls hang', async () => {
      await faults({ latency: { ms: 300 } });
      const late = call('reserve');
      while ((await struck()).latency === 0);
      expect(await reserved()).toBe(0);
      await clock.advance(300);
      await late;

      await faults({ hang: true });
      const hanging = call('reserve');
      while ((await struck()).hang === 0);
      await faults({});
      await call('reserve');
      expect(await reserved()).toBe(2);
      await inventory.close();
      await expect(hanging).rejects.toThrow(/CANCELLED|UNAVAILABLE/);
    });
  });
});
