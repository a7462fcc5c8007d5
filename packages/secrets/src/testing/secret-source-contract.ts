import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { globalRunner, TestClock, type TestRunner } from '@breakwater/core/testing';
import type { SecretSource, SecretVersion } from '../contract/secret-source.js';
import { findCredentials } from './find-credentials.js';

/** A source under test, and the manager behind it. */
export interface SecretSourceUnderTest {
  readonly source: SecretSource;
  /** Makes a text the current value of a secret. */
  set(name: string, value: string): void | Promise<void>;
  remove(name: string): void | Promise<void>;
  /** Has the manager fail, or work again. Left out where the source cannot fail. */
  fail?(failing: boolean): void | Promise<void>;
  /** Whether the manager keeps the value before the current one. Default false. */
  readonly keepsPrevious?: boolean;
  /** The source's own credentials: they must stand in nothing that it prints or throws. */
  readonly credentials?: readonly string[];
  close?(): void | Promise<void>;
}

const FIRST = 'first-value-4eC39HqLyjWDarjtT1zdp7dc';
const SECOND = 'second-value-9fB20GkMwiXEbskuU2aeq8ed';

/**
 * The contract of every source of secrets, as tests for the runner whose `describe` and `it` are global. `make` returns
 * a source that has none of the secrets named here; it is opened and closed by each test.
 */
export function secretSourceContract(
  make: () => Promise<SecretSourceUnderTest>,
  { describe, it }: TestRunner = globalRunner(),
): void {
  const test = (name: string, body: (under: SecretSourceUnderTest) => Promise<void>) =>
    it(name, async () => {
      const under = await make();
      const { source } = under;
      try {
        await source.open?.({ clock: new TestClock(), random: () => 0.5, changed: () => undefined });
        await body(under);
      } finally {
        await source.close?.();
        await under.close?.();
      }
    });

  describe('secret source contract', () => {
    test('answers undefined for a secret that is not there', async ({ source }) => {
      assert.equal(await source.get('NOT_THERE'), undefined);
    });

    test('answers the value of a secret, with a version that tells nothing of it', async ({ source, set }) => {
      await set('API_KEY', FIRST);
      const secret = await present(source, 'API_KEY');
      assert.equal(secret.value, FIRST);
      assert.ok(secret.version.length > 0);
      assert.deepEqual(findCredentials(secret.version, [FIRST]), []);
    });

    test('keeps the version while the value stays, and changes it with the value', async ({ source, set }) => {
      await set('API_KEY', FIRST);
      const first = await present(source, 'API_KEY');
      assert.equal((await present(source, 'API_KEY')).version, first.version);
      await set('API_KEY', SECOND);
      const second = await present(source, 'API_KEY');
      assert.equal(second.value, SECOND);
      assert.notEqual(second.version, first.version);
    });

    test('answers the value before the current one where the manager keeps it', async (under) => {
      const { source, set } = under;
      await set('API_KEY', FIRST);
      assert.equal((await present(source, 'API_KEY')).previous, undefined);
      await set('API_KEY', SECOND);
      const previous = (await present(source, 'API_KEY')).previous?.value;
      assert.equal(previous, under.keepsPrevious === true ? FIRST : undefined);
    });

    test('answers undefined for a secret that was removed', async ({ source, set, remove }) => {
      await set('API_KEY', FIRST);
      await present(source, 'API_KEY');
      await remove('API_KEY');
      assert.equal(await source.get('API_KEY'), undefined);
    });

    test('keeps any text', async ({ source, set }) => {
      for (const text of ['{"key":"a b","secret":"ü€😀"}', ` "quoted" \\ back 'single' `, 'x'.repeat(10_000)]) {
        await set('ANY_TEXT', text);
        assert.equal((await present(source, 'ANY_TEXT')).value, text);
      }
    });

    test('answers several as it answers each', async ({ source, set }) => {
      if (source.getAll === undefined) return;
      await set('API_USER', FIRST);
      await set('API_KEY', SECOND);
      const all = await source.getAll(['API_USER', 'API_KEY', 'NOT_THERE']);
      assert.deepEqual(
        [...all].map(([name, { value }]) => [name, value]),
        [
          ['API_USER', FIRST],
          ['API_KEY', SECOND],
        ],
      );
    });

    test('rejects while its manager is down, instead of having no secret, and recovers', async (under) => {
      const { source, set, fail, credentials = [] } = under;
      if (fail === undefined) return;
      await set('API_KEY', FIRST);
      await present(source, 'API_KEY');
      await fail(true);
      const error = await source.get('API_KEY').then(
        () => assert.fail('it answered although its manager is down'),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof Error);
      const printed = `${error.message} ${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(error)}`;
      assert.deepEqual(findCredentials(printed, [FIRST, ...credentials]), []);
      await fail(false);
      assert.equal((await present(source, 'API_KEY')).value, FIRST);
    });

    test('prints neither secrets nor its own credentials', async ({ source, set, credentials = [] }) => {
      await set('API_KEY', FIRST);
      await present(source, 'API_KEY');
      const printed = `${inspect(source, { depth: 10, showHidden: true })} ${JSON.stringify(source)} ${String(source)}`;
      assert.deepEqual(findCredentials(printed, [FIRST, ...credentials]), []);
    });

    test('can be closed twice', async ({ source }) => {
      await source.close?.();
    });
  });
}

async function present(source: SecretSource, name: string): Promise<SecretVersion> {
  const secret = await source.get(name);
  assert.ok(secret !== undefined, `${name} is not there`);
  return secret;
}
