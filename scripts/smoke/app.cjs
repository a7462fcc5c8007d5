// A CommonJS Nest application without a compiler: what a user of `require` gets.
'use strict';
require('reflect-metadata');
const assert = require('node:assert/strict');
const { Injectable, Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const {
  CircuitBreaker,
  Resilience,
  ResilienceModule,
  Resilient,
  Retry,
  isCircuitOpenError,
} = require('@breakwater/nestjs');
const { createProvider } = require('@breakwater/core');
const { TestClock } = require('@breakwater/core/testing');
const { ResilienceTestingModule } = require('@breakwater/nestjs/testing');
const { signWebhook, verifyWebhook } = require('@breakwater/webhooks');

class Client {
  calls = 0;
  async call() {
    this.calls++;
    throw new Error('down');
  }
}
const descriptor = Object.getOwnPropertyDescriptor(Client.prototype, 'call');
CircuitBreaker({ window: { consecutive: 2 } })(Client.prototype, 'call', descriptor);
Retry({ attempts: 2, backoff: { initial: 0 } })(Client.prototype, 'call', descriptor);
Object.defineProperty(Client.prototype, 'call', descriptor);
Injectable()(Client);
Resilient('payments')(Client);

class App {}
Module({ imports: [ResilienceModule.forRoot({ providers: { payments: {} } })], providers: [Client] })(App);

main();

async function main() {
  const app = await NestFactory.createApplicationContext(App, { logger: ['error'] });
  const client = app.get(Client);
  await assert.rejects(client.call(), /down/);
  await assert.rejects(client.call(), isCircuitOpenError);
  assert.equal(client.calls, 2);
  assert.equal(app.get(Resilience).provider('payments').circuitBreaker.state, 'open');
  await app.close();

  assert.equal(await createProvider('x', { retry: true }, { clock: new TestClock() }).execute(async () => 42), 42);
  assert.equal(typeof ResilienceTestingModule.forRoot, 'function');
  const body = Buffer.from('{}');
  const headers = signWebhook('github', { body }, 'a secret');
  assert.equal((await verifyWebhook('github', { headers, body }, ['a secret'])).ok, true);
  process.stdout.write(`CommonJS on Nest ${require('@nestjs/core/package.json').version}: works\n`);
}
