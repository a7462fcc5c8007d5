// An ES module Nest application without a compiler: what a user of `import` gets.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CircuitBreaker, isCircuitOpenError, Resilience, ResilienceModule, Resilient, Retry } from '@breakwater/nestjs';
import { createProvider } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { ResilienceTestingModule } from '@breakwater/nestjs/testing';
import { signWebhook, verifyWebhook } from '@breakwater/webhooks';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

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
const { version } = JSON.parse(
  readFileSync(new URL('node_modules/@nestjs/core/package.json', import.meta.url), 'utf8'),
);
process.stdout.write(`ES modules on Nest ${version}: works\n`);
