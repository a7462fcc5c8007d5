import { describe, expect, it } from '@jest/globals';
import { findCredentials } from './find-credentials.js';

const KEY = 'sk_live_4eC39Hq"LyjW?>?>~~?>?>Darj/TtT1zdp7dc';

describe('findCredentials', () => {
  it.each([
    ['plain', KEY],
    ['json', JSON.stringify({ key: KEY })],
    ['url', encodeURIComponent(KEY)],
    ['hex', Buffer.from(KEY).toString('hex')],
    ['base64', `Basic ${Buffer.from(`shop:${KEY}`).toString('base64')}`],
    ['base64', Buffer.from(`a:${KEY}:b`).toString('base64')],
    ['base64', Buffer.from(`ab:${KEY}`).toString('base64')],
    ['base64url', Buffer.from(`abc:${KEY}`).toString('base64url')],
  ])('finds a credential in a log: %s', (form, text) => {
    const found = findCredentials(`2026-11-29 ERROR ${text} and more`, ['another-credential', KEY]);
    expect(found.map(({ index, form: as }) => [index, as])).toContainEqual([1, form]);
    expect(JSON.stringify(found)).not.toContain('sk_live');
  });

  it('finds nothing in a text without it', () => {
    expect(findCredentials('2026-11-29 ERROR [redacted] sk_live_4eC39', [KEY])).toEqual([]);
  });

  it.each([
    ['beginning of plain', `key ${KEY.slice(0, 12)}…`],
    ['beginning of base64', Buffer.from(`Bearer ${KEY.slice(0, 13)}`).toString('base64')],
    ['beginning of url', encodeURIComponent(`${KEY.slice(0, 16)}`)],
  ])('finds what was left of one where so much of it is asked for: %s', (form, text) => {
    const beginning = form.endsWith('url') ? 16 : 10;
    expect(findCredentials(text, [KEY]).length).toBe(0);
    expect(findCredentials(text, [KEY], { beginning }).map((found) => found.form)).toContain(form);
    expect(findCredentials(KEY, [KEY], { beginning }).map((found) => found.form)).toEqual(['plain']);
  });

  it('refuses a credential that any text may hold by chance', () => {
    expect(() => findCredentials('text', ['abc'])).toThrow(TypeError);
    expect(() => findCredentials('text', [KEY], { beginning: 3 })).toThrow(TypeError);
  });
});
