import { describe, expect, it } from '@jest/globals';
import { isUsualName, shownUserName } from './usual-name.js';

describe('a name that a user gives', () => {
  it.each([
    'payments',
    'shopApi2',
    'acme-crm',
    'ACME',
    'getURLOf',
    'get_order',
    '$refund',
    'X-Request-Id',
    'api.payments',
    'oauth2',
    'aB',
    's3Upload',
  ])('is shown where it is as names are: %s', (name) => {
    expect(isUsualName(name)).toBe(true);
    expect(shownUserName(name)).toBe(name);
  });

  it.each([
    'sk_live_TOPSECRET42',
    'sk_live_51Hx0aBcDeFgHiJk',
    'AKIAIOSFODNN7EXAMPLE',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3',
    'c3VwZXItc2VjcmV0',
    'https://svc:Tr0ub4dor@api.example.com/v1',
    'deadbeefcafebabe1234',
    '2f1b6c0e-7a3d-4d8e-9a51-0c1d2e3f4a5b',
    '98765432101',
    'aBcDeFgHiJkLmN',
    'correct horse battery staple',
    'live-payments-secret-key-a81f',
    '-----BEGIN PRIVATE KEY-----',
  ])('is not shown where it may be a secret: %s', (name) => {
    expect(shownUserName(name)).toBe(`(a name of ${name.length} characters)`);
  });
});
