// A user's application with the packed packages, without a compiler. The modules come from outside, by
// `require` or `import`.
'use strict';
const assert = require('node:assert/strict');

module.exports = async function exercise({ common, core, express, fastify, nest, resilience, testing, webhooks }) {
  await decoratedMethod({ common, nest, resilience });
  for (const platform of [express, fastify]) await webhook({ common, nest, platform, resilience, webhooks });

  const clock = new core.testing.TestClock();
  assert.equal(await core.createProvider('x', { retry: true }, { clock }).execute(async () => 42), 42);
  assert.ok(core.createProvider('x', {}) instanceof core.adapter.LiveProvider);
  assert.equal(typeof testing.ResilienceTestingModule.forRoot, 'function');
};

async function decoratedMethod({ common, nest, resilience }) {
  const { CircuitBreaker, isCircuitOpenError, Resilience, ResilienceModule, Resilient, Retry } = resilience;
  class Client {
    calls = 0;
    async call() {
      this.calls++;
      throw new Error('down');
    }
  }
  decorateMethod(Client, 'call', [
    CircuitBreaker({ window: { consecutive: 2 } }),
    Retry({ attempts: 2, backoff: { initial: 0 } }),
  ]);
  decorateClass(Client, [common.Injectable(), Resilient('payments')]);
  class App {}
  decorateClass(App, [
    common.Module({ imports: [ResilienceModule.forRoot({ providers: { payments: {} } })], providers: [Client] }),
  ]);

  const app = await nest.NestFactory.createApplicationContext(App, { logger: ['error'] });
  const client = app.get(Client);
  await assert.rejects(client.call(), /down/);
  await assert.rejects(client.call(), isCircuitOpenError);
  assert.equal(client.calls, 2);
  assert.equal(app.get(Resilience).provider('payments').circuitBreaker.state, 'open');
  await app.close();
}

async function webhook({ common, nest, platform, resilience, webhooks }) {
  const received = [];
  class Hooks {
    receive(event) {
      received.push(event.id);
    }
  }
  resilience.WebhookEvent()(Hooks.prototype, 'receive', 0);
  decorateMethod(Hooks, 'receive', [resilience.Webhook('payments'), common.Post('hook')]);
  decorateClass(Hooks, [common.Controller()]);
  const settings = { payments: { webhook: { sender: 'stripe', secrets: ['whsec_smoke'] } } };
  class App {}
  decorateClass(App, [
    common.Module({ imports: [resilience.ResilienceModule.forRoot({ providers: settings })], controllers: [Hooks] }),
  ]);

  const app = await nest.NestFactory.create(App, new platform(), { rawBody: true, logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  const body = Buffer.from(JSON.stringify({ id: 'evt_1', type: 'charge.succeeded' }));
  const post = async (secret) => {
    const headers = { 'content-type': 'application/json', ...webhooks.signWebhook('stripe', { body }, secret) };
    return (await fetch(`${await app.getUrl()}/hook`, { method: 'POST', headers, body })).status;
  };
  const statuses = [await post('whsec_smoke'), await post('whsec_smoke'), await post('whsec_forged')];
  assert.deepEqual([statuses[0] < 300, statuses[1], statuses[2]], [true, 200, 401]);
  assert.deepEqual(received, ['evt_1']);
  await app.close();
}

function decorateMethod(type, name, decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
  for (const decorate of decorators) decorate(type.prototype, name, descriptor);
  Object.defineProperty(type.prototype, name, descriptor);
}

function decorateClass(type, decorators) {
  for (const decorate of decorators) decorate(type);
}
