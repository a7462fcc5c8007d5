import { describe, expect, it } from '@jest/globals';
import { findSender } from './find-sender.js';
import { senders } from '../senders/index.js';

describe('findSender', () => {
  it('finds a sender by its name and by its aliases', () => {
    expect(findSender('stripe').name).toBe('stripe');
    expect(findSender('clerk')).toBe(findSender('svix'));
  });

  it('answers an unknown name with the known ones and a way out', () => {
    expect(() => findSender('strype')).toThrow(/no webhook sender "strype".*github.*stripe.*defineSender/s);
    expect(() => findSender('constructor')).toThrow(/no webhook sender/);
  });

  it('gives no name to two senders', () => {
    const names = senders.flatMap((sender) => [sender.name, ...(sender.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('knows a page of documentation for every sender', () => {
    expect(senders.filter(({ docs }) => !docs?.startsWith('https://'))).toEqual([]);
  });
});
