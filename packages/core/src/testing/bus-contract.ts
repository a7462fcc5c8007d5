import assert from 'node:assert/strict';
import type { Bus } from '../store/bus.js';
import { globalRunner, type TestRunner } from './runner.js';

/** Two ends of a bus: of one process, or of two that share a server. */
export interface BusUnderTest {
  readonly bus: Bus;
  readonly other: Bus;
  /** Waits until `condition` holds: a message takes its time on the way. */
  until(condition: () => boolean): Promise<void>;
}

/**
 * The contract of every bus, as tests for the runner whose `describe` and `it` are global. Both ends are closed after
 * each test.
 */
export function busContract(make: () => Promise<BusUnderTest>, { describe, it }: TestRunner = globalRunner()): void {
  const test = (name: string, body: (under: BusUnderTest, topic: string) => Promise<void>) =>
    it(name, async () => {
      const under = await make();
      try {
        await body(under, uniqueTopic());
      } finally {
        await under.bus.close();
        await under.other.close();
      }
    });

  describe('bus contract', () => {
    test('delivers to both ends what either publishes, in order', async ({ bus, other, until }, topic) => {
      const here: string[] = [];
      const there: string[] = [];
      await bus.subscribe(topic, (message) => here.push(message));
      await other.subscribe(topic, (message) => there.push(message));
      for (const message of ['first', 'second', 'third']) await bus.publish(topic, message);
      await until(() => here.length === 3 && there.length === 3);
      assert.deepEqual(here, ['first', 'second', 'third']);
      assert.deepEqual(there, ['first', 'second', 'third']);
      await other.publish(topic, 'back');
      await until(() => here.length === 4);
      assert.equal(here[3], 'back');
    });

    test('keeps topics apart, whatever they are called', async ({ bus, other, until }, topic) => {
      const heard: string[] = [];
      for (const name of [topic, `${topic} "ü" {x}`, `${topic}:*`]) {
        await other.subscribe(name, (message) => heard.push(`${name} ${message}`));
      }
      await bus.publish(`${topic}:other`, 'unheard');
      await bus.publish(`${topic}:*`, 'star');
      await bus.publish(`${topic} "ü" {x}`, 'odd');
      await bus.publish(topic, 'last');
      await until(() => heard.length >= 3);
      assert.deepEqual(heard, [`${topic}:* star`, `${topic} "ü" {x} odd`, `${topic} last`]);
    });

    test('delivers any text', async ({ bus, other, until }, topic) => {
      const texts = ['', '€ 😀 \u0000 \ud800 \'"\\', 'x'.repeat(20_000)];
      const heard: string[] = [];
      await other.subscribe(topic, (message) => heard.push(message));
      for (const text of texts) await bus.publish(topic, text);
      await until(() => heard.length === texts.length);
      assert.deepEqual(heard, texts);
    });

    test('tells every listener of a topic, and no more one that has left', async ({ bus, other, until }, topic) => {
      const first: string[] = [];
      const second: string[] = [];
      const leave = await other.subscribe(topic, (message) => first.push(message));
      await other.subscribe(topic, (message) => second.push(message));
      await bus.publish(topic, 'both');
      await until(() => first.length === 1 && second.length === 1);
      await leave();
      await leave();
      await bus.publish(topic, 'one');
      await until(() => second.length === 2);
      assert.deepEqual(first, ['both']);
    });

    test('one listener that throws harms no other', async ({ bus, other, until }, topic) => {
      const heard: string[] = [];
      await other.subscribe(topic, () => {
        throw new Error('a listener of the test fails');
      });
      await other.subscribe(topic, (message) => heard.push(message));
      await bus.publish(topic, 'message');
      await until(() => heard.length === 1);
    });
  });
}

let topics = 0;

function uniqueTopic(): string {
  return `contract.${process.pid}.${topics++}`;
}
