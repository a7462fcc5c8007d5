import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FormFields } from './form-fields.js';
import { parseForm } from './parse-form.js';

const type = 'multipart/form-data; boundary=xyz';
const part = (name: string, value: string, more = ''): string =>
  `--xyz\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
const form = (...parts: string[]): Buffer => Buffer.from(`${parts.join('')}--xyz--\r\n`);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;

describe('parseForm', () => {
  it('reads fields, empty ones, and those that come several times', () => {
    const body = form(part('a', '1'), part('b', ''), part('a', '2\r\n--xy'), part('é "q"'.replaceAll('"', '%22'), 'ü'));
    expect(plain(parseForm(body, type))).toEqual({ a: ['1', '2\r\n--xy'], b: '', 'é "q"': 'ü' });
    expect(plain(parseForm(Buffer.from('a=1&b=&a=%C3%BC+x'), 'application/x-www-form-urlencoded'))).toEqual({
      a: ['1', 'ü x'],
      b: '',
    });
  });

  it('returns files whole', () => {
    const file = part('file', 'PDF\0', '; filename="a \\"b\\".pdf"').replace(
      '\r\n\r\n',
      '\r\nContent-Type: text/x; a=b\r\n\r\n',
    );
    expect(parseForm(form(file, part('a', '1')), type)?.['file']).toEqual({
      filename: 'a "b".pdf',
      contentType: 'text/x; a=b',
      bytes: Buffer.from('PDF\0'),
    });
  });

  it('passes over a preamble, an epilogue, blanks behind a boundary and folded headers', () => {
    const folded = '--xyz \t\r\ncontent-disposition: form-data;\r\n name="a"\r\n\r\n1\r\n';
    const body = Buffer.from(`hello\r\n${folded}--xyz--\r\nbye`);
    expect(plain(parseForm(body, 'Multipart/Form-Data; charset=utf-8; boundary="xyz"'))).toEqual({ a: '1' });
  });

  it.each<[string, Buffer, string]>([
    ['without its end', Buffer.from(part('a', '1')), type],
    ['with another boundary', form(part('a', '1')), 'multipart/form-data; boundary=abc'],
    ['without a boundary', form(part('a', '1')), 'multipart/form-data'],
    ['with an endless boundary', form(part('a', '1')), `multipart/form-data; boundary=${'x'.repeat(71)}`],
    ['with a part without a name', Buffer.from('--xyz\r\nContent-Disposition: form-data\r\n\r\n1\r\n--xyz--'), type],
    [
      'with a part that has two names',
      form(part('a', '1').replace('\r\n\r\n', '\r\nContent-Disposition: form-data; name="b"\r\n\r\n')),
      type,
    ],
    ['with a part without headers', Buffer.from('--xyz\r\n\r\n1\r\n--xyz--'), type],
    [
      'with bytes that are no UTF-8',
      Buffer.concat([Buffer.from(part('a', '')).subarray(0, -2), Buffer.from([0xff]), Buffer.from('\r\n--xyz--')]),
      type,
    ],
    ['with endless headers', form(part('a', '1', `; x="${'x'.repeat(9000)}"`)), type],
    ['of more parts than can be meant', form(part('a', '1').repeat(1001)), type],
    ['of JSON', Buffer.from('{"a":1}'), 'application/json'],
    ['of JSON without a type', Buffer.from(' [1]'), ''],
  ])('is no form %s', (_what, body, contentType) => {
    expect(parseForm(body, contentType === '' ? undefined : contentType)).toBeUndefined();
  });

  it('keeps names that every object has to itself', () => {
    const parsed = parseForm(Buffer.from('__proto__=1&constructor=2&toString=3'), 'application/x-www-form-urlencoded');
    expect(Object.keys(parsed ?? {})).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(parsed)).toBeNull();
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  it('never throws, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array().map((array) => Buffer.from(array)),
      fc
        .array(
          fc.constantFrom('--xyz', '\r\n', 'Content-Disposition: form-data; name="a"', '--', '; filename="', ' ', 'a'),
        )
        .map((texts) => Buffer.from(texts.join(''))),
    );
    const property = fc.property(bytes, (body) => void parseForm(body, type));
    expect(() => fc.assert(property, { numRuns: 2000 })).not.toThrow();
  });

  it('takes time that grows no faster than the body', () => {
    const hostile = Buffer.from('\r\n--xy'.repeat(400_000));
    const before = process.cpuUsage().user;
    expect(parseForm(hostile, type)).toBeUndefined();
    expect(process.cpuUsage().user - before).toBeLessThan(2_000_000);
  });
});

describe('FormFields', () => {
  it('knows no value of a field that occurs twice', () => {
    const fields = FormFields.of(Buffer.from('a=1&a=2&b=3'), undefined);
    expect([fields.get('a'), fields.get('b'), fields.get('c')]).toEqual([undefined, '3', undefined]);
    expect(fields.sorted()).toBe('a1a2b3');
  });

  it('says whether the fields are all of the body', () => {
    expect(FormFields.of(form(part('a', '1')), type).sayAll).toBe(true);
    expect(FormFields.of(form(part('a', '1'), part('f', 'x', '; filename="f"')), type).sayAll).toBe(false);
    expect(FormFields.of(Buffer.from('{}'), 'application/json').sayAll).toBe(false);
  });
});
