import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../../testing/test-clock.js';
import { createClassifier } from '../reading/classifier.js';

const classify = createClassifier(new TestClock());
const ofError = (fields: object) => classify({ ok: false, error: Object.assign(new Error('failed'), fields) });

describe('an error of a database', () => {
  it.each([
    ['pg, a unique violation', { severity: 'ERROR', code: '23505' }, 'permanent'],
    ['pg, no such column', { severity: 'ERROR', code: '42703' }, 'permanent'],
    ['pg, a wrong password', { severity: 'FATAL', code: '28P01' }, 'unauthorized'],
    ['pg, a deadlock', { severity: 'ERROR', code: '40P01' }, 'transient'],
    ['pg, too many connections', { severity: 'FATAL', code: '53300' }, 'not-sent'],
    ['pg, shut down within the statement', { severity: 'FATAL', code: '57P01' }, 'unknown'],
    ['pg, starting up', { severity: 'FATAL', code: '57P03' }, 'not-sent'],
    ['mysql2, a duplicate', { code: 'ER_DUP_ENTRY', errno: 1062, sqlState: '23000' }, 'permanent'],
    ['Prisma, a unique violation', { clientVersion: '6', code: 'P2002' }, 'permanent'],
    ['Prisma, no connection', { clientVersion: '6', code: 'P1001' }, 'not-sent'],
    ['Prisma, a write conflict', { clientVersion: '6', code: 'P2034' }, 'transient'],
    ['Prisma, a wrong query', { clientVersion: '6', name: 'PrismaClientValidationError' }, 'permanent'],
    ['pg, a code that is none', { severity: 'ERROR', code: 'oops' }, 'unknown'],
  ])('%s', (_name, fields, kind) => {
    expect(ofError(fields).kind).toBe(kind);
  });
});

describe('an error of GraphQL', () => {
  const refused = (code: string) => [{ message: 'no', extensions: { code } }];

  it.each([
    ['graphql-request, throttled', { response: { status: 200, errors: refused('THROTTLED') } }, 'throttled'],
    [
      'graphql-request, not signed in',
      { response: { status: 200, errors: refused('UNAUTHENTICATED') } },
      'unauthorized',
    ],
    ['Apollo, wrong input', { errors: refused('BAD_USER_INPUT') }, 'permanent'],
    ['urql, failed inside', { graphQLErrors: refused('INTERNAL_SERVER_ERROR') }, 'unknown'],
    [
      'GitHub, limited',
      { errors: [{ type: 'RATE_LIMITED', message: 'limit', locations: [] }], headers: {} },
      'throttled',
    ],
    ['refused as a whole, without a code', { errors: [{ message: 'no such field', locations: [] }] }, 'permanent'],
    [
      'a field that failed, without a code',
      { errors: [{ message: 'oops', locations: [], path: ['charge'] }] },
      'unknown',
    ],
    [
      'the worst of several',
      { errors: [...refused('BAD_USER_INPUT'), { message: 'oops', locations: [], path: ['charge'] }] },
      'unknown',
    ],
    [
      'a proxy in front of it',
      { response: { status: 429, headers: {}, errors: [{ message: 'no', extensions: {} }] } },
      'throttled',
    ],
    ['a list of other errors', { errors: [{ message: 'required', path: ['amount'] }] }, 'unknown'],
  ])('%s', (_name, fields, kind) => {
    expect(ofError(fields).kind).toBe(kind);
  });
});
