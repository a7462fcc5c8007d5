import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makeOrders, type Order } from '../load/order.js';
import { CheckoutClient } from './checkout-client.js';

const [order] = makeOrders('o', 1) as [Order];

describe('CheckoutClient', () => {
  let server: Server;
  let checkout: CheckoutClient;

  /** Only the test of the time limit may run into it, however busy the machine is. */
  async function open(listener: RequestListener, timeoutMs = 30_000): Promise<void> {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    checkout = new CheckoutClient(`http://127.0.0.1:${port}`, { timeoutMs, connections: 2 });
  }

  afterEach(async () => {
    await checkout.close();
    server.closeAllConnections();
    server.close();
  });

  it('reads from a refusal why, when to come back, and what it took', async () => {
    await open((_request, response) => {
      response.writeHead(503, { 'retry-after': '2', 'server-timing': 'checkout;dur=0.4' });
      response.end('{"code":"CIRCUIT_OPEN"}');
    });

    expect(await checkout.submit(order)).toEqual({
      kind: 'answered',
      status: 503,
      code: 'CIRCUIT_OPEN',
      retryAfterMs: 2_000,
      serverMs: 0.4,
    });
  });

  it('leaves a checkout that does not answer in time', async () => {
    await open(() => undefined, 100);

    expect(await checkout.submit(order)).toEqual({ kind: 'unanswered', why: 'gave up after 100 ms' });
  });

  it('takes a broken connection for no answer', async () => {
    await open((request) => request.socket.destroy());

    expect(await checkout.submit(order)).toMatchObject({ kind: 'unanswered' });
  });

  it('does not find an order that the checkout does not know', async () => {
    await open((_request, response) => response.writeHead(404).end());

    expect(await checkout.order('o-00001')).toBeUndefined();
  });
});
