import { EventEmitter } from 'node:events';
import { portableText } from '@breakwater/core/adapter';
import { TestClock } from '@breakwater/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresStore } from './postgres-store.js';

type Answer = { rows: unknown[] };

/** A connection of pg that is answered, or lost, when the test says so. */
class ToldConnection extends EventEmitter {
  private resolve!: (answer: Answer) => void;
  private reject!: (error: Error) => void;
  private readonly statement = new Promise<Answer>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor(private readonly open: Set<ToldConnection>) {
    super();
    open.add(this);
  }

  query(): Promise<Answer> {
    return this.statement;
  }

  answer(): void {
    this.resolve({ rows: [] });
  }

  /** As pg does it: the event comes before the statement is rejected. */
  lose(): void {
    const error = new Error('Connection terminated unexpectedly');
    process.nextTick(this.reject, error);
    this.emit('error', error);
    process.nextTick(() => this.emit('end'));
  }

  release(): void {
    if (!this.open.delete(this))
      throw new Error('Release called on client which has already been released to the pool.');
    process.nextTick(this.reject, new Error('Connection terminated'));
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the bus of PostgresStore, whose connection is lost', () => {
  let connects: ToldConnection[];
  let open: Set<ToldConnection>;
  let errors: unknown[];
  let heard: string[];
  let clock: TestClock;
  let store: PostgresStore;
  beforeEach(() => {
    [connects, open, errors, heard, clock] = [[], new Set(), [], [], new TestClock()];
    const connect = async () => {
      const connection = new ToldConnection(open);
      connects.push(connection);
      return connection;
    };
    const query = async () => ({ rows: [] });
    store = new PostgresStore({ connect, query }, { clock, onError: (error) => errors.push(error) });
  });

  /** Each with the connection that it asks for, whose LISTEN is not answered yet. */
  const subscribe = async () => {
    const subscribing = store.bus.subscribe('topic', (message) => heard.push(message));
    subscribing.catch(() => undefined);
    await turn();
    return { subscribing, connection: connects.at(-1)! };
  };
  const subscribed = async () => {
    const { subscribing, connection } = await subscribe();
    connection.answer();
    return { leave: await subscribing, connection };
  };
  const notify = (connection: ToldConnection, message: string) =>
    connection.emit('notification', {
      channel: 'breakwater_bus',
      payload: JSON.stringify({ t: portableText('topic'), m: portableText(message) }),
    });

  it('is heard once where the next connection is lost, too, before it listens', async () => {
    const { leave, connection } = await subscribed();
    connection.lose();
    await clock.advance(50);
    expect(connects).toHaveLength(2);
    connects[1]!.lose();
    await clock.advance(100);
    for (const asked of open) asked.answer();
    await clock.advance('1m');
    expect([...open]).toEqual([connects[2]]);
    for (const listening of open) notify(listening, 'after');
    expect(heard).toEqual(['after']);
    expect(errors).toHaveLength(2);
    await leave();
    await clock.advance('1m');
    expect(open.size).toBe(0);
    expect(connects).toHaveLength(3);
  });

  it('rejects the subscriptions that wait for it, and listens with the next', async () => {
    const [first, second] = [await subscribe(), await subscribe()];
    expect(connects).toHaveLength(1);
    first.connection.lose();
    await expect(first.subscribing).rejects.toThrow('Connection terminated unexpectedly');
    await expect(second.subscribing).rejects.toThrow('Connection terminated unexpectedly');
    await clock.advance('1m');
    expect(connects).toHaveLength(1);
    expect(errors).toEqual([]);
    await subscribed();
    expect([...open]).toEqual([connects[1]]);
  });

  it('listens on another where the answer was its last word', async () => {
    const { connection } = await subscribed();
    connection.lose();
    await clock.advance(50);
    connects[1]!.answer();
    connects[1]!.lose();
    await clock.advance(100);
    expect([...open]).toEqual([connects[2]]);
    expect(errors).toHaveLength(2);
  });

  it('looks for no other where nothing listens any more after the pause', async () => {
    const { leave, connection } = await subscribed();
    connection.lose();
    await leave();
    await store.close();
    await clock.advance('1m');
    expect(connects).toHaveLength(1);
    expect(errors).toHaveLength(1);
  });

  it('listens again for a subscription that begins in the pause after the last one has ended', async () => {
    const { leave, connection } = await subscribed();
    connection.lose();
    await leave();
    const { subscribing } = await subscribe();
    await clock.advance(50);
    expect(connects).toHaveLength(2);
    connects[1]!.answer();
    await subscribing;
    notify(connects[1]!, 'after');
    expect(heard).toEqual(['after']);
  });

  it('hears nothing on a connection that was given back', async () => {
    const { leave, connection } = await subscribed();
    await leave();
    const next = await subscribed();
    for (const told of [connection, next.connection]) notify(told, 'once');
    expect(heard).toEqual(['once']);
  });
});
