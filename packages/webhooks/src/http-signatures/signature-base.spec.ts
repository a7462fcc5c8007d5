import { describe, expect, it } from '@jest/globals';
import { signatureBase } from './signature-base.js';
import { parseDictionary } from './structured-dictionary.js';

const url =
  'https://www.Example.com:443/path?param=value&foo=bar&var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something&two=1&two=2';
const headers = { 'X-Dict': 'a=1,   b=2;x=1;y=2, c=(a b   c)', 'x-many': ['  one ', 'two'], 'x-empty': '' };

function valueOf(component: string): string | undefined {
  const member = parseDictionary(`s=(${component})`)?.get('s');
  const base = signatureBase(member?.items ?? [], member?.text ?? '', { method: 'POST', url, headers });
  return 'text' in base ? base.text.split('\n')[0]?.slice(component.length + 2) : undefined;
}

describe('signatureBase', () => {
  it.each([
    ['"@method"', 'POST'],
    ['"@authority"', 'www.example.com'],
    ['"@scheme"', 'https'],
    ['"@path"', '/path'],
    ['"@query-param";name="param"', 'value'],
    ['"@query-param";name="var"', 'this%20is%20a%20big%0Amultiline%20value'],
    ['"@query-param";name="bar"', 'with%20plus%20whitespace'],
    ['"@query-param";name="fa%C3%A7ade%22%3A%20"', 'something'],
    ['"x-many"', 'one, two'],
    ['"x-empty"', ''],
    ['"x-dict";key="b"', '2;x=1;y=2'],
    ['"x-dict";key="c"', '(a b c)'],
    ['"x-many";bs', ':b25l:, :dHdv:'],
  ])('gives %s the value of RFC 9421 §2', (component, value) => {
    expect(valueOf(component)).toBe(value);
  });

  it.each([
    '"@status"',
    '"@query-param";name="two"',
    '"@query-param"',
    '"@method";req',
    '"absent"',
    '"x-dict";key="z"',
    '"x-many";sf',
    '"x-many" "x-many"',
    'token',
  ])('has none for %s', (component) => {
    expect(valueOf(component)).toBeUndefined();
  });
});

describe('parseDictionary', () => {
  it.each([
    'a=(',
    'a=1,',
    'a=1 b=2',
    'A=1',
    'a="x',
    'a=:A:',
    'a=1, a=2',
    'a=(1)(2)',
    'a=1.5',
    `a=(${'1 '.repeat(65)})`,
    '',
  ])('refuses %j', (text) => {
    expect(parseDictionary(text)).toBeUndefined();
  });

  it('writes members canonically', () => {
    const text = (written: string) => parseDictionary(`a=${written}`)?.get('a')?.text;
    expect(text('(  "x";req;n=1   tok )  ;created=007')).toBeUndefined();
    expect(text('(  "x";req;n=1   tok );  created=007')).toBe('("x";req;n=1 tok);created=7');
    expect(parseDictionary('a;x, b')?.get('a')?.text).toBe('?1;x');
  });
});
