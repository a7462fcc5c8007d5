import { describe, expect, it } from '@jest/globals';
import { isBusy } from './is-busy.js';
import { sqliteCode } from './sqlite-code.js';

describe('the code of an error of SQLite', () => {
  it.each([
    ['SQLITE_FULL', 'SQLITE_FULL'],
    // SQLITE_READONLY_DIRECTORY
    ['UNKNOWN_SQLITE_ERROR_1544', 'SQLITE_READONLY'],
    // SQLITE_IOERR_CORRUPTFS
    ['UNKNOWN_SQLITE_ERROR_8458', 'SQLITE_IOERR'],
    ['UNKNOWN_SQLITE_ERROR_255', 'SQLITE_ERROR'],
    ['ENOENT', undefined],
    [5, undefined],
  ])('is of %s %s', (code, known) => {
    expect(sqliteCode(Object.assign(new Error(), { code }))).toBe(known);
  });

  it('is none of what is no error', () => {
    expect(sqliteCode(undefined)).toBeUndefined();
  });

  it('says that another process was at work, also where libsql has no name for how', () => {
    expect(isBusy({ code: 'UNKNOWN_SQLITE_ERROR_773' })).toBe(true);
  });
});
