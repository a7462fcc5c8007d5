import { describe, expect, it } from '@jest/globals';
import { keyedRecord, keyedText } from './keyed-body.js';

const keyOf = (...paths: string[]) => ({
  value: 'key',
  header: undefined,
  fields: paths.map((path) => path.split('.')),
  ofThisCall: false,
});

describe('a JSON body that carries the key', () => {
  it.each([
    ['a field', 'idempotency_key', '{"amount":1}', '{"amount":1,"idempotency_key":"key"}'],
    ['a field within others', 'a.b', '{"a":{"c":1}}', '{"a":{"c":1,"b":"key"}}'],
    [
      'a field within others that are not there',
      'variables.input.key',
      '{"query":"q"}',
      '{"query":"q","variables":{"input":{"key":"key"}}}',
    ],
    ['a field that is null', 'a', '{"a":null}', '{"a":"key"}'],
  ])('has it in %s', (_what, path, text, expected) => {
    expect(keyedText(text, keyOf(path))).toEqual({ body: expected, carriesKey: true });
  });

  it('leaves a key of the caller’s own, unless it is to be replaced', () => {
    const own = '{"a":"own"}';
    expect(keyedText(own, keyOf('a'))).toEqual({ body: own, carriesKey: false });
    expect(keyedText('{"a":"key"}', keyOf('a'))).toMatchObject({ carriesKey: true });
    expect(keyedText(own, { ...keyOf('a'), replace: true })).toEqual({ body: '{"a":"key"}', carriesKey: true });
  });

  it('has no room for it in what is no object', () => {
    for (const text of ['[{"query":"q"}]', '"text"', 'a=1', undefined, new Uint8Array(1)]) {
      expect(keyedText(text, keyOf('a'))).toBeUndefined();
    }
    expect(keyedText('{"a":[1]}', keyOf('a.b'))).toEqual({ body: '{"a":[1]}', carriesKey: false });
  });

  it('is a copy: the caller’s object stays as it is', () => {
    const given = { a: { c: 1 } };
    expect(keyedRecord(given, keyOf('a.b', 'd'))?.body).toEqual({ a: { c: 1, b: 'key' }, d: 'key' });
    expect(given).toEqual({ a: { c: 1 } });
  });
});
