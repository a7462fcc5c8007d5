import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { SecretSourceError } from '../contract/secret-source.error.js';
import { findCredentials } from '../testing/index.js';
import { openSecrets } from './open-secrets.js';
import { FakeSource, startSecrets } from './secrets.fixture.js';

describe('Secrets', () => {
  it('reads a secret once for all that load it, and each part of a JSON secret from one reading', async () => {
    const source = new FakeSource();
    source.set('db', '{"username":"shop","password":"p1","port":5432}');
    const { secrets } = startSecrets([source]);
    await Promise.all([secrets.load(['db#username', 'db#password']), secrets.load(['db#port']), secrets.load(['db'])]);
    expect(source.asked).toEqual(['db']);
    expect(['db#username', 'db#password', 'db#port'].map((name) => secrets.get(name))).toEqual(['shop', 'p1', '5432']);
  });

  it('asks the sources in order, and the next one only where there is no such secret', async () => {
    const [first, second] = [new FakeSource('first'), new FakeSource('second')];
    first.set('A', 'a of the first');
    second.set('A', 'a of the second');
    second.set('B', 'b of the second');
    const { secrets } = startSecrets([first, second]);
    await secrets.load(['A', 'B']);
    expect([secrets.get('A'), secrets.get('B')]).toEqual(['a of the first', 'b of the second']);
    expect(second.asked).toEqual(['B']);
  });

  it('takes no secret of a later source while an earlier one cannot tell', async () => {
    const [first, second] = [new FakeSource('vault'), new FakeSource('env')];
    first.failure = new SecretSourceError('vault', 'it is sealed');
    second.set('A', 'an old copy');
    const { secrets, clock } = startSecrets([first, second]);
    const loading = secrets.load(['A']);
    await clock.advance('5s');
    await loading;
    expect(() => secrets.get('A')).toThrow('it could not be read: vault: it is sealed');
    expect(first.asked).toHaveLength(3);
  });

  it.each([
    ['a name that was not loaded', 'OTHER', /it has not been loaded/],
    ['a secret that no source has', 'NOWHERE', /no source has it \(asked: fake\)/],
    ['a part that is not there', 'db#nothing', /no such part/],
    ['a part that every object inherits', 'db#constructor', /no such part/],
    ['a part of a text', 'text#part', /no such part, or is no JSON object/],
  ])('says why there is none: %s', async (_, name, reason) => {
    const source = new FakeSource();
    source.set('db', '{"username":"shop"}');
    source.set('text', 'sk_live_1');
    const { secrets } = startSecrets([source]);
    await secrets.load(['db', 'text', 'NOWHERE']);
    expect(() => secrets.get(name)).toThrow(reason);
  });

  it('reads anew in the background, and tells of a rotation by version alone', async () => {
    const source = new FakeSource();
    source.set('KEY', 'first-value');
    const { secrets, clock, events } = startSecrets([source]);
    await secrets.load(['KEY']);
    source.set('KEY', 'second-value');
    await clock.advance('59s');
    expect(secrets.get('KEY')).toBe('first-value');
    await clock.advance('1s');
    expect(secrets.get('KEY')).toBe('second-value');
    expect(events).toEqual([{ type: 'rotated', name: 'KEY', source: 'fake', version: '2' }]);
    expect(clock.pendingTimers('referenced')).toBe(0);
  });

  it('spreads the readings of hosts over a fifth of the interval', async () => {
    const source = new FakeSource();
    source.set('KEY', 'value');
    const { secrets, clock } = startSecrets([source], { random: () => 0.999 });
    await secrets.load(['KEY']);
    await clock.advance('49s');
    expect(source.asked).toHaveLength(2);
  });

  it('reads a secret with an end at two thirds of what is left of it', async () => {
    const source = new FakeSource('vault', '1h');
    const { secrets, clock } = startSecrets([source]);
    source.set('KEY', 'first-value', { notAfter: clock.wallNow() + 60_000 });
    await secrets.load(['KEY']);
    source.set('KEY', 'second-value', { notAfter: clock.wallNow() + 3_600_000 });
    await clock.advance('39s');
    expect(secrets.get('KEY')).toBe('first-value');
    await clock.advance('1s');
    expect(secrets.get('KEY')).toBe('second-value');
  });

  it('keeps the last known value while the source is down, says since when, and tries ever less often', async () => {
    const source = new FakeSource();
    source.set('KEY', 'value-1');
    const { secrets, clock, events } = startSecrets([source]);
    await secrets.load(['KEY']);
    source.failure = new SecretSourceError('fake', '503, sealed', 503);
    await clock.advance('2m');
    expect(secrets.get('KEY')).toBe('value-1');
    expect(secrets.snapshot()).toEqual([
      { name: 'KEY', source: 'fake', version: '1', ageMs: 120_000, failure: 'fake: 503, sealed' },
    ]);
    // At 60 s, and then 1, 2, 4, 8, 16 and 32 seconds after the last.
    expect(source.asked).toHaveLength(1 + 6);
    expect(events[0]).toEqual({
      type: 'unavailable',
      name: 'KEY',
      source: 'fake',
      reason: 'fake: 503, sealed',
      ageMs: 60_000,
    });
    source.failure = undefined;
    await clock.advance('1m');
    expect(events.at(-1)).toEqual({ type: 'restored', name: 'KEY', source: 'fake' });
    expect(secrets.snapshot()[0]).not.toHaveProperty('failure');
  });

  it('keeps a secret that was removed from its source, and says so', async () => {
    const source = new FakeSource();
    source.set('KEY', 'value-1');
    const { secrets, clock, events } = startSecrets([source]);
    await secrets.load(['KEY']);
    source.secrets.clear();
    await clock.advance('1m');
    expect(secrets.get('KEY')).toBe('value-1');
    expect(events[0]).toMatchObject({ type: 'unavailable', reason: 'fake: it is not there any more' });
  });

  it('takes a source that never answers for one that is down', async () => {
    const source = new FakeSource();
    source.set('KEY', 'value-1');
    const { secrets, clock } = startSecrets([source], { timeout: '2s' });
    await secrets.load(['KEY']);
    source.gate = new Promise(() => undefined);
    await clock.advance('62s');
    expect(secrets.snapshot()[0]).toMatchObject({ failure: 'fake: no answer within 2000 ms' });
  });

  describe('a value that was refused', () => {
    it('is read anew once for a hundred refusals', async () => {
      const source = new FakeSource();
      source.set('KEY', 'old-value');
      const { secrets } = startSecrets([source]);
      await secrets.load(['KEY']);
      source.set('KEY', 'new-value');
      const renewed = await Promise.all(Array.from({ length: 100 }, () => secrets.renew('KEY', 'old-value')));
      expect(new Set(renewed)).toEqual(new Set([true]));
      expect(source.asked).toHaveLength(2);
      expect(secrets.get('KEY')).toBe('new-value');
    });

    it('is not read at all where another is in use since then', async () => {
      const source = new FakeSource();
      source.set('KEY', 'new-value');
      const { secrets } = startSecrets([source]);
      await secrets.load(['KEY']);
      expect(await secrets.renew('KEY', 'old-value')).toBe(true);
      expect(source.asked).toHaveLength(1);
    });

    it('is not read more often than once in five seconds while it stays the same', async () => {
      const source = new FakeSource();
      source.set('KEY', 'revoked');
      const { secrets, clock } = startSecrets([source]);
      await secrets.load(['KEY']);
      for (let i = 0; i < 50; i++) {
        expect(await secrets.renew('KEY', 'revoked')).toBe(false);
        await clock.advance(100);
      }
      expect(source.asked).toHaveLength(2);
      expect(await secrets.renew('KEY', 'revoked')).toBe(false);
      expect(source.asked).toHaveLength(3);
    });

    it('is read at once where the last reading brought another, which was refused as well: it was rotated again', async () => {
      const source = new FakeSource();
      source.set('KEY', 'value-1');
      const { secrets } = startSecrets([source]);
      await secrets.load(['KEY']);
      for (let n = 1; n <= 5; n++) {
        source.set('KEY', `value-${n + 1}`);
        expect(await secrets.renew('KEY', `value-${n}`)).toBe(true);
      }
    });

    it('is read again a second after a reading that failed', async () => {
      const source = new FakeSource();
      source.set('KEY', 'old-value');
      const { secrets, clock } = startSecrets([source]);
      await secrets.load(['KEY']);
      source.failure = new SecretSourceError('fake', 'sealed');
      expect(await secrets.renew('KEY', 'old-value')).toBe(false);
      source.failure = undefined;
      source.set('KEY', 'new-value');
      expect(await secrets.renew('KEY', 'old-value')).toBe(false);
      await clock.advance('1s');
      expect(secrets.get('KEY')).toBe('new-value');
    });

    it('is read after what was under way, which may have begun before the rotation', async () => {
      const source = new FakeSource();
      source.set('KEY', 'old-value');
      const { secrets, clock } = startSecrets([source]);
      await secrets.load(['KEY']);
      let release: () => void = () => undefined;
      source.gate = new Promise((resolve) => (release = resolve));
      await clock.advance('1m');
      const renewing = secrets.renew('KEY', 'old-value');
      source.gate = undefined;
      source.set('KEY', 'new-value');
      release();
      expect(await renewing).toBe(true);
    });
  });

  describe('values before the current one', () => {
    it('stay valid for keepPrevious', async () => {
      const source = new FakeSource();
      source.set('KEY', 'value-1');
      const { secrets, clock } = startSecrets([source], { keepPrevious: '10m' });
      await secrets.load(['KEY']);
      source.set('KEY', 'value-2');
      await clock.advance('1m');
      source.set('KEY', 'value-3');
      await clock.advance('1m');
      expect(secrets.valid('KEY')).toEqual(['value-3', 'value-2', 'value-1']);
      await clock.advance('9m');
      expect(secrets.valid('KEY')).toEqual(['value-3', 'value-2']);
      await clock.advance('1m');
      expect(secrets.valid('KEY')).toEqual(['value-3']);
    });

    it('are the source’s own after a restart, counted from when the current one was made', async () => {
      const source = new FakeSource();
      const { secrets, clock } = startSecrets([source], { keepPrevious: '10m' });
      const previous = { value: 'value-1' };
      source.set('NEW', 'value-2', { previous, since: clock.wallNow() - 4 * 60_000 });
      source.set('OLD', 'value-2', { previous, since: clock.wallNow() - 11 * 60_000 });
      await secrets.load(['NEW', 'OLD']);
      expect(secrets.valid('OLD')).toEqual(['value-2']);
      expect(secrets.valid('NEW')).toEqual(['value-2', 'value-1']);
      await clock.advance('6m');
      expect(secrets.valid('NEW')).toEqual(['value-2']);
    });
  });

  it('holds a secret that requests ask for while they do, and remembers no name that a stranger makes up', async () => {
    const source = new FakeSource();
    source.set('tenant-1', 'value-of-1');
    const { secrets, clock } = startSecrets([source]);
    await secrets.load(['tenant-1', ...Array.from({ length: 5000 }, (_, n) => `stranger-${n}#part-${n}`)], {
      keep: false,
    });
    expect(secrets.get('tenant-1')).toBe('value-of-1');
    await clock.advance('1m');
    expect(secrets.isLoaded(['tenant-1'])).toBe(true);
    await clock.advance('1m');
    expect(secrets.isLoaded(['tenant-1'])).toBe(false);
    expect([secrets.snapshot(), clock.pendingTimers()]).toEqual([[], 0]);
    await secrets.load(['tenant-1'], { keep: false });
    expect(secrets.get('tenant-1')).toBe('value-of-1');
  });

  it('ends every timer and source when it is closed, and keeps what was read', async () => {
    const source = new FakeSource();
    source.set('KEY', 'value-1');
    const { secrets, clock } = startSecrets([source]);
    await secrets.load(['KEY']);
    source.gate = new Promise(() => undefined);
    await clock.advance('1m');
    await secrets.close();
    expect([clock.pendingTimers(), source.closed]).toEqual([0, 1]);
    expect(secrets.get('KEY')).toBe('value-1');
  });

  it('prints no value, nor does what it throws and tells', async () => {
    const source = new FakeSource();
    source.set('db', '{"password":"live-password-1"}');
    source.failure = new Error('GET with live-password-1');
    const { secrets, clock, events } = startSecrets([source]);
    source.failure = undefined;
    await secrets.load(['db#password']);
    secrets.get('db#password');
    source.failure = Object.assign(new Error('request with live-password-1'), { config: 'live-password-1' });
    await clock.advance('1m');
    const thrown = (() => {
      try {
        return secrets.get('live-password-1');
      } catch (error) {
        return error;
      }
    })();
    const shown = [secrets, secrets.snapshot(), events, thrown];
    const deep = { depth: 20, showHidden: true } as const;
    const printed = shown.map((each) => `${inspect(each, { depth: 20 })} ${JSON.stringify(each)} ${String(each)}`);
    expect(findCredentials(printed.join('\n'), ['live-password-1'])).toEqual([]);
    expect(findCredentials(inspect(secrets, deep), ['live-password-1'])).toEqual([]);
    expect(events[0]).toMatchObject({ reason: 'the source failed (Error)' });
  });
});

describe('openSecrets', () => {
  it('reads secrets for an application without Nest', async () => {
    const source = new FakeSource();
    source.set('KEY', 'value-1');
    const secrets = await openSecrets(['KEY'], { sources: [source] });
    expect(secrets.get('KEY')).toBe('value-1');
    await secrets.close();
  });

  it('says of each that is not to be had why not, and leaves nothing open', async () => {
    const source = new FakeSource();
    source.set('KEY', 'value-1');
    await expect(openSecrets(['KEY', 'GONE', 'KEY#part'], { sources: [source] })).rejects.toThrow(
      /2 faults.*names\.1: a secret is not to be had: no source has it.*names\.2: .*no such part/s,
    );
    expect(source.closed).toBe(1);
  });

  it('refuses options that cannot be used', async () => {
    await expect(openSecrets([], { sources: [] })).rejects.toThrow(/Secrets\.sources: a list given; expected a list/);
  });
});
