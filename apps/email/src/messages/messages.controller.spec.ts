import type { MockService } from '@breakwater/faults';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEmailApp } from '../create-email-app.js';

const RECEIPT = { to: 'ada@example.com', template: 'receipt', data: { order: 'order-1' } };

describe('the mock e-mail service', () => {
  let email: MockService;

  beforeEach(async () => {
    email = await createEmailApp({ seed: 1 });
  });
  afterEach(() => email.close());

  function send(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return request('POST', '/messages', body, { authorization: 'Bearer shop', ...headers });
  }

  function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return fetch(email.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  const outbox = async () => (await request('GET', '/outbox?account=shop')).json();

  it('accepts a message with 202 and shows it in the outbox', async () => {
    const answer = await send(RECEIPT);

    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as { id: string };
    expect(id).toMatch(/^msg_/);
    expect(await outbox()).toMatchObject({
      messages: [{ id, ...RECEIPT, idempotencyKey: null, at: expect.any(String) }],
      calls: { total: 1, accepted: 1, replayed: 0, failed: 0, dropped: 0 },
    });
  });

  it('sends once what is repeated under a key', async () => {
    const first = await send(RECEIPT, { 'idempotency-key': 'receipt/order-1' });
    const second = await send(RECEIPT, { 'idempotency-key': 'receipt/order-1' });

    expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    expect(await second.json()).toEqual(await first.json());
    expect(await outbox()).toMatchObject({
      messages: [{ idempotencyKey: 'receipt/order-1' }],
      calls: { total: 2, accepted: 1, replayed: 1 },
    });
  });

  it('sends twice what is repeated without a key', async () => {
    await send(RECEIPT);
    await send(RECEIPT);

    expect(await outbox()).toMatchObject({ messages: [{}, {}] });
  });

  it('is struck by faults, its outbox is not', async () => {
    await request('PUT', '/faults', { drop: { rate: 1, when: 'after-work' } });

    await expect(send(RECEIPT)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(await outbox()).toMatchObject({ messages: [RECEIPT], calls: { accepted: 1, dropped: 1 } });
  });

  it('names every malformed field, and wants an API key', async () => {
    const malformed = await send({ to: 'ada', data: 7 });
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toMatchObject({
      faults: expect.arrayContaining([
        'to must be an e-mail address',
        'template is missing',
        'data must be a JSON object',
      ]),
    });

    expect((await send(RECEIPT, { authorization: '' })).status).toBe(401);
  });

  it('empties the outbox of one account, counters and keys with it', async () => {
    await send(RECEIPT, { 'idempotency-key': 'k' });
    await request('DELETE', '/outbox?account=shop');

    expect(await outbox()).toMatchObject({ messages: [], calls: { total: 0 } });
    expect((await send(RECEIPT, { 'idempotency-key': 'k' })).headers.has('idempotent-replayed')).toBe(false);
    expect((await request('DELETE', '/outbox')).status).toBe(400);
  });
});
