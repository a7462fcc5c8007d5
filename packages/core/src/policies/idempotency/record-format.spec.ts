import { describe, expect, it } from '@jest/globals';
import { recordIn, serialized } from './record-format.js';

const RECORD = { fingerprint: 'abc', attempt: 1, state: 'unkept' } as const;

describe('the format of idempotency records', () => {
  it('stands in each record, and is gone once it is read', () => {
    expect(JSON.parse(serialized(RECORD))).toEqual({ format: 1, ...RECORD });
    expect(recordIn(serialized(RECORD))).toEqual(RECORD);
  });

  it('is the first where none stands in a record', () => {
    expect(recordIn(JSON.stringify(RECORD))).toEqual(RECORD);
  });

  it.each([
    [JSON.stringify({ ...RECORD, format: 2 }), 'it has format 2, and this release reads 1'],
    ['claimed by another program', 'it is no JSON'],
    ['null', 'it lacks what each record has'],
    ['{"fingerprint":"abc"}', 'it lacks what each record has'],
    [JSON.stringify({ ...RECORD, fingerprint: undefined }), 'it lacks what each record has'],
    [JSON.stringify({ ...RECORD, attempt: '1' }), 'it lacks what each record has'],
    [JSON.stringify({ ...RECORD, state: undefined }), 'it lacks what each record has'],
  ])('refuses %s', (text, why) => {
    expect(() => recordIn(text)).toThrow(`the record of this idempotency key cannot be read: ${why}`);
  });

  it('names what was wrong with the text as the cause, where that was found by its parser', () => {
    const errorOf = (text: string): unknown => {
      try {
        return recordIn(text);
      } catch (error) {
        return error;
      }
    };
    expect(errorOf('{')).toMatchObject({ name: 'UnreadableRecordError', cause: { name: 'SyntaxError' } });
    expect('cause' in (errorOf('null') as object)).toBe(false);
  });
});
