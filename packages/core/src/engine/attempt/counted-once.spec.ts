import { describe, expect, it } from '@jest/globals';
import { httpError, liveProvider, outcomeOf } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import { CountedOnce } from './counted-once.js';

/** A provider whose calls and attempts are counted, by operation and outcome. */
function counted(settings: Parameters<typeof liveProvider>[1] = {}) {
  const clock = new TestClock();
  const provider = liveProvider('crm', settings, { clock, trackCalls: true });
  const calls: string[] = [];
  const attempts: string[] = [];
  provider.observeCalls(({ classify }) => {
    const once = new CountedOnce();
    return {
      around(call, next) {
        once.isWithin(call);
        const end = (kind: string) => {
          if (once.ended(call, kind !== 'success')) calls.push(`${call.operation} ${kind}`);
        };
        return next(call).then(
          (value) => {
            end(classify({ ok: true, value }, call).kind);
            return value;
          },
          (error: unknown) => {
            end(classify({ ok: false, error }, call).kind);
            throw error;
          },
        );
      },
      attemptBegins: () => undefined,
      attemptEnded: (call) => {
        if (once.attemptEnded(call)) attempts.push(`${call.operation} ${call.outcome!.kind}`);
      },
    };
  });
  const made = (operation: string, work: () => unknown) => outcomeOf(provider.execute(work, { operation }));
  const passed = async (operation: string, work: () => unknown) => provider.execute(work, { operation });
  return { provider, clock, calls, attempts, made, passed };
}

const done = () => 'done';
const down = () => Promise.reject(httpError(503));

describe('a call made in another', () => {
  it('of its provider counts in its place, with the attempts that were made', async () => {
    const { made, passed, calls, attempts } = counted();
    await made('job', () => passed('push', done));
    await made('job', () => passed('push', down));
    expect(calls).toEqual(['push success', 'push unknown']);
    expect(attempts).toEqual(calls);
  });

  it('counts once at whatever depth, after a wait too', async () => {
    const { made, passed, calls } = counted();
    await made('job', async () => {
      await Promise.resolve();
      return passed('page', async () => passed('push', async () => passed('send', done)));
    });
    expect(calls).toEqual(['send success']);
  });

  it('counts for each that is made, whatever the one around them makes of it', async () => {
    const { made, calls } = counted();
    await made('job', async () => {
      for (let i = 0; i < 3; i++) await made('push', down);
      await made('push', done);
    });
    expect(calls).toEqual(['push unknown', 'push unknown', 'push unknown', 'push success']);
  });

  it('hides no failure of the one around it', async () => {
    const { made, passed, calls, attempts } = counted();
    await made('job', async () => {
      await passed('push', done);
      throw httpError(500);
    });
    expect(calls).toEqual(['push success', 'job unknown']);
    expect(attempts).toEqual(calls);
  });

  it('counts at each attempt of the one around it, which has none of its own', async () => {
    const retry = { attempts: 3, nested: true, backoff: { initial: '1s', jitter: 'none' } } as const;
    const { clock, made, passed, calls, attempts } = counted({ methods: { job: { retry } } });
    let sent = 0;
    const job = made('job', () => passed('push', () => (++sent < 3 ? down() : done())));
    await clock.advance('10s');
    expect(await job).toEqual({ value: 'done' });
    expect(calls).toEqual(['push unknown', 'push unknown', 'push success']);
    expect(attempts).toEqual(calls);
  });

  it('and goes to another provider is a call of that one only', async () => {
    const { made, calls, attempts } = counted();
    const mail = liveProvider('mail', {}, { trackCalls: true });
    await made('job', () => mail.execute(done));
    expect(calls).toEqual(['job success']);
    expect(attempts).toEqual(['job success']);
  });

  it('counts by itself where the one around it has ended', async () => {
    const { made, passed, calls } = counted();
    let later: Promise<unknown> | undefined;
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    await made('job', () => {
      later = begun.then(() => passed('push', done));
      return 'left';
    });
    begin();
    await later;
    expect(calls).toEqual(['job success', 'push success']);
  });
});
