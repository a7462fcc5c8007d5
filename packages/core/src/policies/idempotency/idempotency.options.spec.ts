import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../settings/read-settings.js';
import { idempotencySchema } from './idempotency.options.js';

const DURATION = "expected a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds";

function faultsOf(input: unknown): readonly string[] | undefined {
  return readSettings(idempotencySchema, input, 'idempotency').faults?.map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

describe('the settings of idempotency', () => {
  it('have defaults: a day to replay, half a minute to hold the key, ten seconds to wait', () => {
    expect(readSettings(idempotencySchema, {}, '').settings).toEqual({
      header: 'Idempotency-Key',
      replace: false,
      ttl: 86_400_000,
      lease: 30_000,
      wait: 10_000,
      storeDown: 'refuse',
    });
  });

  it('are taken as they are given', () => {
    const key = (id: string) => id;
    const fingerprint = (id: string) => [id];
    const given = {
      header: 'X-Key',
      replace: true,
      ttl: '1s',
      lease: 100,
      wait: 0,
      storeDown: 'proceed',
      key,
      fingerprint,
    };
    expect(readSettings(idempotencySchema, given, '').settings).toEqual({ ...given, ttl: 1000 });
  });

  it.each<[object, string]>([
    [{ header: '' }, "header: '' given; expected the name of a header, for example 'Idempotency-Key'"],
    ...[' ', 'Idempotency Key', 'Idempotency-Key:'].map((header): [object, string] => [
      { header },
      `header: '${header}' given; expected the name of a header, for example 'Idempotency-Key'`,
    ]),
    [{ header: 5 }, "header: 5 given; expected the name of a header, for example 'Idempotency-Key'"],
    [
      { header: 'X-Key\r\nX-Other: 1' },
      String.raw`header: 'X-Key\r\nX-Other: 1' given; expected the name of a header, for example 'Idempotency-Key'`,
    ],
    [{ ttl: 999, lease: 100 }, `ttl: 999 given; ${DURATION} of at least 1000 ms`],
    [{ lease: 99 }, `lease: 99 given; ${DURATION} of at least 100 ms`],
    [{ wait: -1 }, `wait: -1 given; ${DURATION}`],
    [{ storeDown: 'wait' }, "storeDown: 'wait' given; expected one of 'refuse', 'proceed'"],
    [{ maxLength: 21 }, 'maxLength: 21 given; expected a whole number from 22 to 65536'],
    [{ body: 'a..b' }, "body: 'a..b' given; expected names with dots between them, such as 'idempotency_key'"],
    [{ variable: '' }, "variable: '' given; expected names with dots between them, such as 'input.apiRequestKey'"],
    [{ body: 5 }, "body: 5 given; expected names with dots between them, such as 'idempotency_key'"],
    [{ probe: 'find' }, "probe: 'find' given; expected a function of the arguments"],
    // A setting that is wrong by itself is not compared with others.
    [{ ttl: 999 }, `ttl: 999 given; ${DURATION} of at least 1000 ms`],
    [{ whenUnknown: 'probe', probe: 'find' }, "probe: 'find' given; expected a function of the arguments"],
    [{ window: 999 }, `window: 999 given; ${DURATION} of at least 1000 ms`],
    [{ whenUnknown: 'ask' }, "whenUnknown: 'ask' given; expected one of 'repeat', 'probe', 'refuse'"],
    [
      { whenUnknown: 'probe' },
      "whenUnknown: 'probe' given; 'probe' needs a function of that name, for example probe: (order) => find(order.id)",
    ],
    [{ key: 'id' }, "key: 'id' given; expected a function of the arguments, for example (order) => order.id"],
    [{ fingerprint: 'id' }, "fingerprint: 'id' given; expected a function of the arguments"],
    [
      { keys: 1 },
      "keys: unknown option; did you mean 'key'? Known are header, body, variable, maxLength, replace, ttl, lease, wait, storeDown, key, fingerprint, whenUnknown, probe, window",
    ],
  ])('refuse %j, and say what would be right', (input, message) => {
    expect(faultsOf(input)).toEqual([`idempotency.${message}`]);
  });

  it.each([
    [{}, 'Idempotency-Key'],
    [{ body: 'idempotency_key' }, false],
    [{ variable: 'input.key' }, false],
    [{ header: 'X-Key', body: 'key' }, 'X-Key'],
    [{ header: false }, false],
  ])('%j: the key goes in the usual header unless another place is named (%p)', (given, header) => {
    expect(readSettings(idempotencySchema, given, '').settings).toMatchObject({ header });
  });

  it('take a probe, and that it decides', () => {
    expect(faultsOf({ whenUnknown: 'probe', probe: () => undefined })).toBeUndefined();
    expect(faultsOf({ probe: () => undefined })).toBeUndefined();
  });

  it('never forget a key that may still be held', () => {
    expect(faultsOf({ ttl: '29s', lease: '30s' })).toEqual([
      'idempotency.ttl: 29000 given; expected at least the lease (30000 ms): else it is forgotten that a call began',
    ]);
    expect(faultsOf({ ttl: '30s', lease: '30s' })).toBeUndefined();
  });
});
